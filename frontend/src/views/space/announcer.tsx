/** What changes on the map for those who cannot see it: the epoch, once it rests. Counts of what is found and selected announce themselves. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { percent } from "../../ui/format";
import { useStore } from "../store_context";

/** A key that is held passes epochs faster than anybody can listen. */
export const REST_MS = 600;

/** A live region that cannot be seen. It is silent while time plays and while a running training adds epochs. */
export function Announcer(): JSX.Element {
  const store = useStore();
  const words = useSignal("");
  const told = useRef<{ label: string; steps: number } | null>(null);
  useSignalEffect(() => {
    const { derived, view } = store;
    const label = derived.epochLabel.value;
    const steps = derived.steps.value.length;
    const accuracy = derived.accuracyNow.value;
    const before = told.current;
    // What the map opens with is in its summary.
    const arrived = before === null || (before.steps !== steps && view.follow.value);
    if (arrived) told.current = { label, steps };
    if (arrived || view.playing.value || before.label === label) return;
    const timer = setTimeout(() => {
      told.current = { label, steps };
      words.value = accuracy === null ? label : `${label}, ${percent(accuracy)} right`;
    }, REST_MS);
    return () => clearTimeout(timer);
  });
  return (
    <p class="visually-hidden" role="status">
      {words.value}
    </p>
  );
}
