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
/** A schedule that changes this often is drawn as a slope. */
const MOST_SEGMENTS = 60;

/** The rates of one parameter group as pieces that are constant, or as one that is not where they change all the time. */
export function rateSegments(series: Series, group: number): readonly RateSegment[] {
  const segments: { from: number; to: number; first: number; last: number }[] = [];
  const { buckets, places, values, times } = series;
  for (let b = 0; b < buckets; b++) {
    const rate = values[(b * 3 + 1) * places + group] as number;
    if (!Number.isFinite(rate)) continue;
    const [from, to] = [times[b] as number, times[b + 1] as number];
    const last = segments.at(-1);
    if (last !== undefined && Math.abs(last.last - rate) <= SAME * Math.max(rate, last.last)) last.to = to;
    else segments.push({ from, to, first: rate, last: rate });
  }
  const [start, end] = [segments[0], segments.at(-1)];
  if (segments.length <= MOST_SEGMENTS || start === undefined || end === undefined) return segments;
  return [{ from: start.from, to: end.to, first: start.first, last: end.last }];
}

/** A rate to read: 0.1, 0.01, 3e-4. */
export function rateText(rate: number): string {
  if (rate === 0) return "0";
  const short = Number(rate.toPrecision(2));
  return short >= 0.001 && short < 1000 ? String(short) : short.toExponential().replace("e+", "e");
}
