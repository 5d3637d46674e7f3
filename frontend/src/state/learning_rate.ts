/** Why this file: stretches of one learning rate, and where it changed: what explains most of what else happens. Pure. */
import type { Series } from "../data/training_types";

export interface RateSegment {
  readonly from: number;
  readonly to: number;
  /** At its start and end: alike where it is constant. */
  readonly first: number;
  readonly last: number;
}

/** Rates nearer than this, relative to the greater, are the same one, rounded. */
const SAME = 1e-6;
/** A schedule that changes more often is drawn as this many slopes. */
const MOST_SEGMENTS = 60;

/**
 * The rates of one parameter group as pieces that are constant, and slopes where they change all the time.
 *
 * A bucket of many rows in which the rate changes is a slope from what it was before to what it is after.
 */
export function rateSegments(series: Series, group: number): readonly RateSegment[] {
  const segments: { from: number; to: number; first: number; last: number }[] = [];
  const { buckets, places, values, times } = series;
  const at = (b: number, statistic: number) => values[(b * 3 + statistic) * places + group] as number;
  for (let b = 0; b < buckets; b++) {
    const [least, rate, greatest] = [at(b, 0), at(b, 1), at(b, 2)];
    if (!Number.isFinite(rate)) continue;
    const [from, to] = [times[b] as number, times[b + 1] as number];
    const before = segments.at(-1);
    if (!alike(least, greatest)) {
      const first = before?.last ?? rate;
      segments.push({
        from,
        to,
        first,
        last: Math.abs(first - least) > Math.abs(first - greatest) ? least : greatest,
      });
    } else if (before !== undefined && alike(before.first, before.last) && alike(before.last, rate))
      before.to = to;
    else segments.push({ from, to, first: rate, last: rate });
  }
  if (segments.length <= MOST_SEGMENTS) return segments;
  const size = Math.ceil(segments.length / MOST_SEGMENTS);
  return Array.from({ length: Math.ceil(segments.length / size) }, (_, i) => {
    const joined = segments.slice(i * size, (i + 1) * size);
    const [start, end] = [joined[0] as RateSegment, joined.at(-1) as RateSegment];
    return { from: start.from, to: end.to, first: start.first, last: end.last };
  });
}

function alike(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME * Math.max(a, b);
}

/** A rate to read: 0.1, 0.01, 3e-4. */
export function rateText(rate: number): string {
  if (rate === 0) return "0";
  const short = Number(rate.toPrecision(2));
  return short >= 0.001 && short < 1000 ? String(short) : short.toExponential().replace("e+", "e");
}
