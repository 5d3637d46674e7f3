/** A signal computed from other signals and from plain values of a render; binding it to the DOM renders nothing. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { useMemo } from "preact/hooks";

/**
 * Like `useComputed`, but made anew when a plain value it closes over changes; `useComputed` would go on showing the result of
 * the old one until a signal changes too.
 *
 * @param compute reads signals and the values in `inputs`
 * @param inputs every plain value that `compute` uses
 */
export function useDerived<T>(compute: () => T, inputs: readonly unknown[]): ReadonlySignal<T> {
  return useMemo(() => computed(compute), inputs);
}
