/** Why this file: the vertical axis of small charts over the clock, and the line of a series with a gap where nothing is known. Pure. */
import type { TimeScale } from "./time_scale";

/** Room above and below the values, as a share of their span. */
const AIR = 0.08;
/** A series of more points than this for each pixel is drawn by the least and the greatest of each pixel. */
const POINTS_PER_PIXEL = 3;
/** Half the length of the line that stands for a single point between two gaps, pixels. */
const DOT = 1;

/** Finite ends of some values, or `null` without any. */
export function finiteRange(all: Iterable<ArrayLike<number>>): readonly [number, number] | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of all) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low > high ? null : [low, high];
}

/**
 * What an axis shows: the values with some air around them, at least `least` of them, so that noise is not made a mountain of.
 *
 * @param bounds that no value can lie beyond; the axis does not go there either.
 */
export function axisDomain(
  range: readonly [number, number] | null,
  least: number,
  bounds: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): readonly [number, number] {
  const [low, high] = range ?? [0, 1];
  const span = Math.max(high - low, least);
  const middle = (low + high) / 2;
  let [from, to] = [middle - span / 2, middle + span / 2];
  // A span that was widened beyond a bound is shifted back, not cut.
  if (from < bounds[0]) [from, to] = [bounds[0], Math.min(bounds[1], bounds[0] + span)];
  else if (to > bounds[1]) [from, to] = [Math.max(bounds[0], bounds[1] - span), bounds[1]];
  return [from - AIR * span, to + AIR * span];
}

/** Steps between ticks as parts of a power of ten: first the roundest, then those that fit where these do not. */
const LADDERS = [
  [0.2, 0.5, 1, 2, 5],
  [0.25, 0.3, 0.4, 2.5, 3, 4],
] as const;

/** Two or three round numbers within a domain. */
export function valueTicks([low, high]: readonly [number, number]): number[] {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return Number.isFinite(low) ? [low] : [];
  const power = 10 ** Math.floor(Math.log10(span));
  for (const factor of LADDERS.flat()) {
    const step = factor * power;
    const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
    if (last - first !== 1 && last - first !== 2) continue;
    // Multiplying adds a last digit that nobody meant.
    return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }
  return [];
}

/** Digits after the point that tell ticks apart. */
export function tickText(value: number, ticks: readonly number[]): string {
  const step = ticks.length > 1 ? (ticks[1] as number) - (ticks[0] as number) : Math.abs(value) || 1;
  if (Math.abs(value) >= 10_000 || (value !== 0 && step < 1e-3)) return value.toExponential(0);
  let digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  // Of 0.25 the second digit tells it from its neighbours, too.
  if (Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6) digits += 1;
  return value.toFixed(Math.min(digits, 3)).replace("-", "−");
}

/** SVG path of a series; NaN breaks it, and a point alone between two gaps is a dot. */
export function seriesPath(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  scale: TimeScale,
  y: (value: number) => number,
): string {
  const pieces: string[] = [];
  let open: boolean = false;
  const dense = times.length > POINTS_PER_PIXEL * Math.max(1, scale.width);
  const points = dense ? thinned(times, values, scale) : [...Array(times.length).keys()];
  for (const [k, i] of points.entries()) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      open = false;
      continue;
    }
    const [px, py] = [scale.x(times[i] as number).toFixed(1), y(value).toFixed(1)];
    const next = points[k + 1];
    const alone: boolean = !open && !(next !== undefined && Number.isFinite(values[next] as number));
    if (alone) pieces.push(`M${(Number(px) - DOT).toFixed(1)},${py}h${2 * DOT}`);
    else pieces.push(`${open ? "L" : "M"}${px},${py}`);
    open = !alone;
  }
  return pieces.join("");
}

/** Of each pixel, its least and its greatest value, in their order; where one is not known, that. */
function thinned(times: ArrayLike<number>, values: ArrayLike<number>, scale: TimeScale): number[] {
  const kept: number[] = [];
  let i = 0;
  while (i < times.length) {
    const pixel = Math.floor(scale.x(times[i] as number));
    let [least, most, gap] = [i, i, -1];
    for (; i < times.length && Math.floor(scale.x(times[i] as number)) === pixel; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) gap = i;
      else {
        if (!((values[least] as number) <= value)) least = i;
        if (!((values[most] as number) >= value)) most = i;
      }
    }
    for (const at of [...new Set([least, most, gap])].sort((p, q) => p - q)) if (at >= 0) kept.push(at);
  }
  return kept;
}

/** Index of the time nearest to one; -1 without any. */
export function nearestIndex(times: ArrayLike<number>, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return times.length === 0 ? -1 : 0;
  if (low === times.length) return low - 1;
  return time - (times[low - 1] as number) <= (times[low] as number) - time ? low - 1 : low;
}
