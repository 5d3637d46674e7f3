/** Copies a text to the clipboard and says whether that worked; pages served over plain http have no clipboard API. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "./icons";

/** How long the answer stays on the button, in milliseconds. */
const ANSWER_MS = 1800;

type Outcome = "idle" | "copied" | "refused";

const WORDS: Readonly<Record<Outcome, string>> = {
  idle: "Copy",
  copied: "Copied",
  refused: "Select the text to copy it",
};

/** The button. */
export function CopyButton({ text }: { text: string }): JSX.Element {
  const [outcome, setOutcome] = useState<Outcome>("idle");
  useEffect(() => {
    if (outcome === "idle") return;
    const timer = setTimeout(() => setOutcome("idle"), ANSWER_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome("copied");
    } catch {
      setOutcome("refused");
    }
  };
  return (
    <button type="button" class="text-button copy-button" onClick={copy}>
      <Icon name={outcome === "copied" ? "check" : "copy"} size={15} />
      <span aria-live="polite">{WORDS[outcome]}</span>
    </button>
  );
}
