/**
 * Why this file: the series of one place, what each column of pixels shows of it, and the scale that its values are drawn
 * on. Pure.
 */
import type { Series } from "../data/training_types";
import { columnsOf, type TimeScale } from "./time_scale";

/** Least, mean and greatest value; NaN: none. */
export interface Spread {
  readonly low: Float32Array;
  readonly mean: Float32Array;
  readonly high: Float32Array;
}

/** Series of one layer or module. */
export interface Strip {
  /** Times of the edges between buckets. */
  readonly times: Float64Array;
  readonly steps: Int32Array;
  readonly edges: Int32Array;
  /** One for each statistic, over the buckets. */
  readonly statistics: readonly Spread[];
}

/** The series of the place that was asked for as number `p`. */
export function stripOf(series: Series, p: number): Strip {
  const { buckets, places, values, times, steps, edges } = series;
  const count = buckets * places === 0 ? 0 : values.length / (buckets * places * 3);
  const column = (s: number, what: number) => {
    const out = new Float32Array(buckets);
    for (let b = 0; b < buckets; b++) out[b] = values[((s * buckets + b) * 3 + what) * places + p] as number;
    return out;
  };
  const statistics = Array.from({ length: count }, (_, s) => ({
    low: column(s, 0),
    mean: column(s, 1),
    high: column(s, 2),
  }));
  return { times, steps, edges, statistics };
}

/** What each column of pixels shows: nothing that lies in it is lost. */
export function inColumns(times: Float64Array, spread: Spread, scale: TimeScale, columns: number): Spread {
  const { first, end } = columnsOf(times, scale, columns);
  const [low, mean, high] = [0, 1, 2].map(() => new Float32Array(columns).fill(Number.NaN)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let c = 0; c < columns; c++) {
    let [least, most, sum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
    for (let b = first[c] as number; b < (end[c] as number); b++) {
      const value = spread.mean[b] as number;
      if (Number.isNaN(value)) continue;
      least = Math.min(least, spread.low[b] as number);
      most = Math.max(most, spread.high[b] as number);
      sum += value;
      count += 1;
    }
    if (count === 0) continue;
    low[c] = least;
    mean[c] = sum / count;
    high[c] = most;
  }
  return { low, mean, high };
}

/** "signed": around 0 in the middle. "log": of magnitudes, with 0 below all. */
export interface ValueScale {
  readonly kind: "signed" | "linear" | "log";
  readonly from: number;
  readonly to: number;
}

/** What is exactly 0 on a logarithmic scale. */
export const NOTHING = Number.NEGATIVE_INFINITY;
/** A logarithmic scale spans this at least, so that noise does not look like a change, and at most. */
const LEAST_RATIO = 10;
const MOST_RATIO = 1e6;

/**
 * The scale that some series have in common.
 *
 * @param fromZero whether a linear scale begins at 0, as it must where areas are filled.
 */
export function valueScale(
  spreads: readonly Spread[],
  kind: ValueScale["kind"],
  fromZero: boolean,
): ValueScale {
  let [low, high, positive] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const spread of spreads) {
    for (const column of [spread.low, spread.high]) {
      for (const value of column) {
        if (!Number.isFinite(value)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
        if (value > 0 && value < positive) positive = value;
      }
    }
  }
  if (kind === "signed") {
    const reach = low > high ? 1 : Math.max(Math.abs(low), Math.abs(high)) || 1;
    return { kind, from: -reach, to: reach };
  }
  if (kind === "log") {
    if (!(high > 0)) return { kind, from: 0.1, to: 1 };
    const from = Math.max(positive, high / MOST_RATIO);
    return { kind, from: Math.min(from, high / LEAST_RATIO), to: high };
  }
  if (low > high) return { kind, from: 0, to: 1 };
  if (fromZero) return { kind, from: 0, to: high > 0 ? high : 1 };
  return high > low ? { kind, from: low, to: high } : { kind, from: low - 0.5, to: high + 0.5 };
}

/** Where a value is: 0 .. 1 from below, -1 .. 1 of "signed"; `NOTHING` for 0 on "log"; NaN for none. */
export function placeOf(scale: ValueScale, value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  if (scale.kind === "signed") return Math.max(-1, Math.min(1, value / scale.to));
  if (scale.kind === "log") {
    if (value <= 0) return NOTHING;
    const share = Math.log(value / scale.from) / Math.log(scale.to / scale.from);
    return Math.max(0, Math.min(1, share));
  }
  return Math.max(0, Math.min(1, (value - scale.from) / (scale.to - scale.from)));
}

/** What is furthest from 0 in each column: what a filled strip shows, so that no spike is lost. */
export function extremes({ low, high }: Spread): Float32Array {
  return high.map((value, i) => (Math.abs(low[i] as number) > Math.abs(value) ? (low[i] as number) : value));
}

/** Two strips of two runs as one: of each column the first's mean less the second's; of "log", orders of magnitude. */
export function differences(first: Spread, second: Spread, log: boolean): Spread {
  const of = log ? Math.log10 : (value: number) => value;
  const mean = first.mean.map((value, i) => {
    const difference = of(value) - of(second.mean[i] as number);
    return Number.isFinite(difference) ? difference : Number.NaN;
  });
  return { low: mean, mean, high: mean };
}
