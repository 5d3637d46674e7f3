/** A mark on the map while the picture in view is not yet that of the time now, or playback waits for the next one. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useStore } from "../store_context";

/** A frame that comes sooner than this needs no mark: it would only flicker. */
export const MARK_AFTER_MS = 300;

/** The mark; nothing while the map in view is that of the time now. */
export function LoadingMark(): JSX.Element | null {
  const { derived, data } = useStore();
  const due = useSignal(false);
  useSignalEffect(() => {
    const late = derived.missingNow.value || data.waiting.value;
    due.value = false;
    if (!late) return;
    const timer = setTimeout(() => {
      due.value = true;
    }, MARK_AFTER_MS);
    return () => clearTimeout(timer);
  });
  if (!due.value) return null;
  return (
    <p class="loading-mark numeric" role="status">
      <span class="spinner small-spinner" aria-hidden="true" />
      loading {derived.epochLabel.value.replace(" (interpolated)", "")}
    </p>
  );
}
