/** How many samples each class has and how many of them the model gets right at one frame: one pass over the sample. */
import { type FrameData, UNKNOWN_CLASS } from "../../data/types";
import type { Store } from "../../state/store";

/** Counts by class. */
export interface ClassStats {
  /** Samples with this label. */
  readonly counts: readonly number[];
  /** Those of them that have a prediction. */
  readonly judged: readonly number[];
  /** Those of them that are predicted right. */
  readonly right: readonly number[];
}

/** Counts labels, and hits of `frame` when there is one. Labels outside 0 … classes-1 count nowhere. */
export function classStats(labels: Int32Array, classes: number, frame: FrameData | undefined): ClassStats {
  const counts = new Array<number>(classes).fill(0);
  const judged = new Array<number>(classes).fill(0);
  const right = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? -1;
    if (label < 0 || label >= classes) continue;
    counts[label] = (counts[label] ?? 0) + 1;
    const prediction = frame?.prediction[i] ?? UNKNOWN_CLASS;
    if (prediction === UNKNOWN_CLASS) continue;
    judged[label] = (judged[label] ?? 0) + 1;
    if (prediction === label) right[label] = (right[label] ?? 0) + 1;
  }
  return { counts, judged, right };
}

/** Rows that the map draws in the colour of class `i`: by label, and by prediction where a sample has none. */
export function rowsOfClass(store: Store, i: number): number[] {
  const labels = store.data.samples.peek()?.labels ?? [];
  const prediction = store.frameAt(store.derived.nearestFrame.peek())?.prediction;
  const rows: number[] = [];
  for (const [row, label] of labels.entries()) {
    if ((label >= 0 ? label : (prediction?.[row] ?? UNKNOWN_CLASS)) === i) rows.push(row);
  }
  return rows;
}

/** Share of class `i` that is predicted right; null where nothing is predicted. */
export function accuracyOf(stats: ClassStats, i: number): number | null {
  const judged = stats.judged[i] ?? 0;
  return judged === 0 ? null : (stats.right[i] ?? 0) / judged;
}

/** Over the classes that are not hidden: how many samples were judged, and how many of them are wrong. */
export function mistakes(stats: ClassStats, hidden: ReadonlySet<number>): { judged: number; wrong: number } {
  let judged = 0;
  let right = 0;
  for (let i = 0; i < stats.judged.length; i++) {
    if (hidden.has(i)) continue;
    judged += stats.judged[i] ?? 0;
    right += stats.right[i] ?? 0;
  }
  return { judged, wrong: judged - right };
}
