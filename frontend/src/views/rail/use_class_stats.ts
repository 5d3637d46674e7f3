/** The statistics of the classes at the nearest true frame, as a signal. */
import type { ReadonlySignal } from "@preact/signals";
import type { FrameData } from "../../data/types";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";
import { type ClassStats, classStats } from "./class_stats";

const NO_LABELS = new Int32Array(0);

/** Of frames that were visited: moving through time goes back and forth over the same ones. */
const known = new WeakMap<FrameData, { readonly labels: Int32Array; readonly stats: ClassStats }>();

function statsOf(labels: Int32Array, classes: number, frame: FrameData | undefined): ClassStats {
  const held = frame && known.get(frame);
  if (held?.labels === labels && held.stats.counts.length === classes) return held.stats;
  const stats = classStats(labels, classes, frame);
  if (frame !== undefined) known.set(frame, { labels, stats });
  return stats;
}

/** Recomputed when the frame changes or arrives. */
export function useClassStats(): ReadonlySignal<ClassStats> {
  const store = useStore();
  return useDerived(() => {
    const { classes, nearestFrame } = store.derived;
    const labels = store.data.samples.value?.labels ?? NO_LABELS;
    const frame = store.data.buffered.value.has(nearestFrame.value)
      ? store.frameAt(nearestFrame.value)
      : undefined;
    return statsOf(labels, classes.value.length, frame);
  }, [store]);
}
