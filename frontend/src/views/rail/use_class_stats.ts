/** The statistics of the classes at the nearest true frame, as a signal. */
import type { ReadonlySignal } from "@preact/signals";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";
import { type ClassStats, classStats } from "./class_stats";

/** Recomputed when the frame changes or arrives. */
export function useClassStats(): ReadonlySignal<ClassStats> {
  const store = useStore();
  return useDerived(() => {
    const { classes, nearestFrame } = store.derived;
    const labels = store.data.samples.value?.labels ?? new Int32Array(0);
    const frame = store.data.buffered.value.has(nearestFrame.value)
      ? store.frameAt(nearestFrame.value)
      : undefined;
    return classStats(labels, classes.value.length, frame);
  }, [store]);
}
