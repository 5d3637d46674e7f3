/**
 * Why this file: which rows of a log lie in a piece of the clock, in steps so coarse that small pans ask for nothing new;
 * and two runs over one clock. Pure.
 */
import type { Edges } from "../data/training_types";

export interface RowSpan {
  readonly start: number;
  readonly stop: number;
}

/** Spans of more than this share of a log are the log. */
const NEARLY_ALL = 0.75;
/** Parts of a span that its ends are rounded to. */
const PARTS = 4;

/**
 * Rows that lie between two times, and some around them.
 *
 * @param edges rows of edges, ascending.
 * @param times of the same edges.
 * @returns `null`: the whole log will do.
 */
export function rowSpan(
  edges: ArrayLike<number>,
  times: ArrayLike<number>,
  from: number,
  to: number,
): RowSpan | null {
  const last = edges.length - 1;
  if (last < 1) return null;
  const rows = edges[last] as number;
  const [a, b] = [Math.floor(interpolate(times, edges, from)), Math.ceil(interpolate(times, edges, to))];
  // A bucket on either side, because lines go on beyond what is seen.
  const margin = Math.max(1, Math.ceil((b - a) / 50));
  const step = 2 ** Math.ceil(Math.log2(Math.max(1, (b - a) / PARTS)));
  const start = Math.max(0, Math.floor((a - margin) / step) * step);
  const stop = Math.min(rows, Math.ceil((b + margin) / step) * step);
  return stop <= start || stop - start >= NEARLY_ALL * rows ? null : { start, stop };
}

/** The row nearest to a time. */
export function rowAt(edges: ArrayLike<number>, times: ArrayLike<number>, time: number): number {
  const last = (edges[edges.length - 1] as number) - 1;
  return Math.max(0, Math.min(last, Math.round(interpolate(times, edges, time))));
}

/** `to` at a place of `from`, both ascending; held at the ends. */
export function interpolate(from: ArrayLike<number>, to: ArrayLike<number>, at: number): number {
  const last = from.length - 1;
  if (!(at > (from[0] as number))) return to[0] as number;
  if (at >= (from[last] as number)) return to[last] as number;
  let [low, high] = [0, last - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((from[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  const [a, b] = [from[low] as number, from[low + 1] as number];
  const share = b > a ? (at - a) / (b - a) : 0;
  return (to[low] as number) + share * ((to[low + 1] as number) - (to[low] as number));
}

/**
 * When a run had the training steps of another: the other's steps on this run's clock. Beyond this run's last step the
 * clock goes on as fast as it went on the whole.
 *
 * @param steps of the other run.
 */
export function onClockOf(one: Pick<Edges, "steps" | "times">, steps: ArrayLike<number>): Float64Array {
  const last = one.steps.length - 1;
  const [s0, s1] = [one.steps[0] as number, one.steps[last] as number];
  const [t0, t1] = [one.times[0] as number, one.times[last] as number];
  const rate = s1 > s0 ? (t1 - t0) / (s1 - s0) : 0;
  return Float64Array.from(steps, (step) => {
    if (step < s0) return t0 - rate * (s0 - step);
    if (step > s1) return t1 + rate * (step - s1);
    return interpolate(one.steps, one.times, step);
  });
}
