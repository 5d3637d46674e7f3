/** Below the field: what is wrong with the query, or what to give up when it finds nothing. */
import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import type { QueryError } from "../../query/ast";
import { formatWord } from "../../query/format";
import { count } from "../../ui/format";
import { useStore } from "../store_context";
import { type Relaxed, relax } from "./relax";
import { PROBLEM_ID } from "./search_field";

/** Looking for advice takes as long as several queries: not while one is being typed. */
const ADVICE_AFTER_MS = 900;

/** One line; nothing when there is nothing to say. */
export function Advice({ problem }: { problem: ReadonlySignal<QueryError | null> }): JSX.Element | null {
  const { explore } = useStore();
  const wrong = problem.value;
  if (wrong === null) return <NothingFound />;
  const { from, to } = wrong.range;
  return (
    <p class="advice" data-tone="bad" role="alert" id={PROBLEM_ID}>
      {wrong.message}
      {wrong.instead.map((name) => (
        <button
          key={name}
          type="button"
          class="text-button"
          onClick={() => {
            const text = explore.text.peek();
            explore.text.value = text.slice(0, from) + formatWord(name, false) + text.slice(to);
          }}
        >
          Use {formatWord(name, false)}
        </button>
      ))}
    </p>
  );
}

function NothingFound(): JSX.Element | null {
  const store = useStore();
  const { explore, view, derived } = store;
  const advice = useSignal<{ readonly relaxed: Relaxed | null } | null>(null);
  useSignalEffect(() => {
    const found = explore.found.value;
    advice.value = null;
    if (found === null || found.count > 0 || found.waiting.length > 0 || view.playing.value) return;
    const timer = setTimeout(() => {
      advice.value = { relaxed: relax(store) };
    }, ADVICE_AFTER_MS);
    return () => clearTimeout(timer);
  });
  if (advice.value === null) return null;
  const { relaxed } = advice.value;
  const where = explore.reading.value.plan?.timed ? ` at ${derived.unit.value} ${stepNow(store)}` : "";
  return (
    <p class="advice" role="status">
      No sample fits{where}.
      {relaxed === null ? (
        " Giving up one condition, or the limit to this epoch, does not help."
      ) : (
        <button
          type="button"
          class="text-button"
          onClick={() => {
            explore.text.value = relaxed.text;
          }}
        >
          {relaxed.without}: {count(relaxed.count)}
        </button>
      )}
    </p>
  );
}

function stepNow({ derived }: ReturnType<typeof useStore>): string {
  return count(derived.steps.value[derived.nearestFrame.value] ?? 0);
}
