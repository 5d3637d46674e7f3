/**
 * Why this file: snapshots at which many samples of a class leave, or enter, a long stable state together, for any k and
 * any threshold. As training_log/anomalies.py: of the right or wrong v(t) of a sample at snapshot t, the sample counts
 *
 * - on the left at t when v(t) != v(t-1) and v(t-1) = ... = v(t-k): stable for k snapshots, then a flip;
 * - on the right at t when v(t) != v(t-1) and v(t) = ... = v(t+k-1): a flip, then stable for k snapshots.
 *
 * At a flip the left rule holds for every k up to the length of what ended, the right rule for every k up to the length of
 * what starts: one pass over the flips is all there is to do.
 */
import type { FlipEvents } from "../data/training_types";

/** DeepTracker's window of 31 over the 757 snapshots of the run that it was published with. */
const PUBLISHED_SHARE = 31 / 757;
/** Below this, nothing was stable. */
const LEAST_K = 3;

/** As published: 5 of a class's 50 images. */
export const DEFAULT_THRESHOLD: Threshold = { unit: "share", value: 0.1 };
/** As published for a change that no stable time need surround: 30 of a class's 50 images. */
export const IMMEDIATE_THRESHOLD: Threshold = { unit: "share", value: 0.6 };
export const IMMEDIATE_K = 1;

/** How many samples make an anomaly: a share of the class, or a number whatever its size. */
export interface Threshold {
  readonly unit: "share" | "samples";
  readonly value: number;
}

/** Which of the two rules is asked for. */
export type Side = "left" | "right" | "both";

/** Samples that fulfil the rules at one k, [snapshots, classes]. */
export interface FlipCounts {
  readonly k: number;
  readonly snapshots: number;
  readonly classes: number;
  readonly left: Uint32Array;
  readonly right: Uint32Array;
}

/** A class at a snapshot at which a rule reaches the threshold. */
export interface Anomaly {
  readonly class: number;
  readonly snapshot: number;
  /** Samples that fulfil the rule where it reaches the threshold and is asked for; else 0. */
  readonly left: number;
  readonly right: number;
}

/** A k for a log of any length: the published share of it, and no more than half. */
export function defaultWindow(snapshots: number): number {
  return Math.max(1, Math.min(Math.max(LEAST_K, Math.round(PUBLISHED_SHARE * snapshots)), snapshots >> 1));
}

/** Samples of a class of this size that it takes. A share is never one sample alone. */
export function thresholdOf(size: number, { unit, value }: Threshold): number {
  // A tenth of 30 is 3, not the 3.0000000000000004 that rounds up to 4.
  return unit === "samples" ? Math.max(1, value) : Math.max(2, Math.ceil(value * size - 1e-9));
}

/** Counts both rules for every snapshot and class; flips outside of either are passed over. */
export function flipCounts(flips: FlipEvents, k: number, snapshots: number, classes: number): FlipCounts {
  const left = new Uint32Array(snapshots * classes);
  const right = new Uint32Array(snapshots * classes);
  const { snapshot, class: of, before, after } = flips;
  for (let i = 0; i < snapshot.length; i++) {
    const t = snapshot[i] as number;
    const c = of[i] as number;
    if (t >= snapshots || c >= classes) continue;
    const cell = t * classes + c;
    // No array literals and closures here and below: they cost more than the counting.
    if ((before[i] as number) >= k) left[cell] = (left[cell] as number) + 1;
    if ((after[i] as number) >= k) right[cell] = (right[cell] as number) + 1;
  }
  return { k, snapshots, classes, left, right };
}

/** Those of all classes together, as of one class. */
export function wholeSet({ k, snapshots, classes, left, right }: FlipCounts): FlipCounts {
  const sum = (counts: Uint32Array) =>
    Uint32Array.from({ length: snapshots }, (_, t) => {
      let total = 0;
      for (let cell = t * classes; cell < (t + 1) * classes; cell++) total += counts[cell] as number;
      return total;
    });
  return { k, snapshots, classes: 1, left: sum(left), right: sum(right) };
}

/**
 * Where a rule reaches the threshold, in order of (snapshot, class).
 *
 * @param least samples that it takes, one entry a class; above 0.
 */
export function findAnomalies(counts: FlipCounts, least: ArrayLike<number>, side: Side): Anomaly[] {
  const { snapshots, classes, left, right } = counts;
  const takes = Float64Array.from(least);
  const asksLeft = side !== "right";
  const asksRight = side !== "left";
  const found: Anomaly[] = [];
  let cell = 0;
  for (let t = 0; t < snapshots; t++) {
    for (let c = 0; c < classes; c++, cell++) {
      const l = left[cell] as number;
      const r = right[cell] as number;
      const needed = takes[c] as number;
      const isLeft = asksLeft && l >= needed;
      const isRight = asksRight && r >= needed;
      if (isLeft || isRight)
        found.push({ class: c, snapshot: t, left: isLeft ? l : 0, right: isRight ? r : 0 });
    }
  }
  return found;
}

/** Anomalies of each class that has any, by snapshot. */
export function byClass(anomalies: readonly Anomaly[]): Map<number, Anomaly[]> {
  const classes = new Map<number, Anomaly[]>();
  for (const one of anomalies) {
    const known = classes.get(one.class);
    if (known === undefined) classes.set(one.class, [one]);
    else known.push(one);
  }
  return classes;
}

/** Samples by the stronger of the rules, as a share of the class. */
export function shareOf({ left, right }: Anomaly, size: number): number {
  return size > 0 ? Math.max(left, right) / size : 0;
}
