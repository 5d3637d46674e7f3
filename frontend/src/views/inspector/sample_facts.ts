/** What the panel says of one sample at the epoch shown, in words that a screen reader can read, too. */
import { UNKNOWN_CLASS } from "../../data/types";
import type { Store } from "../../state/store";
import { percent } from "../../ui/format";

export interface SampleFacts {
  readonly row: number;
  readonly id: string;
  /** Classes; `null` where there is none. */
  readonly label: number | null;
  readonly prediction: number | null;
  /** 0 .. 1 */
  readonly confidence: number | null;
  /** `null`: not to be judged. */
  readonly right: boolean | null;
}

/** Reads the epoch shown, and subscribes to it. */
export function sampleFacts(store: Store, row: number): SampleFacts {
  const { data, derived, explore } = store;
  void [data.buffered.value, explore.snapshots.arrivals.value];
  const samples = data.samples.value;
  const { prediction, confidence } = explore.columns.momentAt(derived.nearestFrame.value);
  const label = samples?.labels[row] ?? -1;
  const predicted = prediction?.[row] ?? UNKNOWN_CLASS;
  const known = predicted !== UNKNOWN_CLASS;
  return {
    row,
    id: samples?.ids[row] ?? String(row),
    label: label < 0 ? null : label,
    prediction: known ? predicted : null,
    confidence: known && confidence !== undefined ? (confidence[row] ?? 0) / 255 : null,
    right: known && label >= 0 ? predicted === label : null,
  };
}

/** Name of a class. */
export function className(store: Store, index: number): string {
  return store.derived.classes.value[index] ?? `class ${index}`;
}

/** "sample 12, label 3, predicted 5 with 62 %, wrong" */
export function spokenFacts(store: Store, facts: SampleFacts): string {
  const parts = [`sample ${facts.id}`];
  if (facts.label !== null) parts.push(`label ${className(store, facts.label)}`);
  if (facts.prediction !== null) {
    const sure = facts.confidence === null ? "" : ` with ${percent(facts.confidence)}`;
    parts.push(`predicted ${className(store, facts.prediction)}${sure}`);
  }
  if (facts.right !== null) parts.push(facts.right ? "right" : "wrong");
  return parts.join(", ");
}

/** How many of some rows are right, of those that can be judged, at the epoch shown. */
export function accuracyOfRows(store: Store, rows: ArrayLike<number>): { right: number; judged: number } {
  const { data, derived, explore } = store;
  void [data.buffered.value, explore.snapshots.arrivals.value];
  const labels = data.samples.value?.labels;
  const { prediction } = explore.columns.momentAt(derived.nearestFrame.value);
  let right = 0;
  let judged = 0;
  if (labels === undefined || prediction === undefined) return { right, judged };
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k] as number;
    const label = labels[row] as number;
    if (label < 0 || prediction[row] === UNKNOWN_CLASS) continue;
    judged += 1;
    if (prediction[row] === label) right += 1;
  }
  return { right, judged };
}
