/** Why this file: box plots over the clock: the spread of a layer's values, as boxes side by side. */
import type { Spread, Strip } from "./strip";
import { columnsOf, type TimeScale } from "./time_scale";

/** One box: all of it in the units of the values. */
export interface Box {
  /** Columns [first, end) of `columns`. */
  readonly first: number;
  readonly end: number;
  /** The least and the greatest of all rows in the box; quartiles, median and mean are the means of theirs. */
  readonly least: number;
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
  readonly greatest: number;
  readonly mean: number;
}

/**
 * Boxes of some columns; columns that show the same buckets are one wide box.
 *
 * @param strip its statistics are those of `BOX_STATISTICS`.
 */
export function boxesOf({ times, statistics }: Strip, scale: TimeScale, columns: number): readonly Box[] {
  const [min, q1, median, q3, max, mean] = statistics;
  if (!min || !q1 || !median || !q3 || !max || !mean) return [];
  const { first, end } = columnsOf(times, scale, columns);
  const boxes: Box[] = [];
  for (let c = 0; c < columns; c++) {
    const [from, to] = [first[c] as number, end[c] as number];
    const start = c;
    while (c + 1 < columns && first[c + 1] === from && end[c + 1] === to) c += 1;
    const least = meanOf(min.mean, from, to);
    if (Number.isNaN(least)) continue;
    boxes.push({
      first: start,
      end: c + 1,
      least: extreme(min, "low", from, to, Math.min),
      lower: meanOf(q1.mean, from, to),
      median: meanOf(median.mean, from, to),
      upper: meanOf(q3.mean, from, to),
      greatest: extreme(max, "high", from, to, Math.max),
      mean: meanOf(mean.mean, from, to),
    });
  }
  return boxes;
}

function meanOf(column: Float32Array, from: number, to: number): number {
  let [sum, count] = [0, 0];
  for (let b = from; b < to; b++) {
    const value = column[b] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? Number.NaN : sum / count;
}

function extreme(
  spread: Spread,
  side: "low" | "high",
  from: number,
  to: number,
  pick: (a: number, b: number) => number,
): number {
  let found = Number.NaN;
  for (let b = from; b < to; b++) {
    const value = spread[side][b] as number;
    if (Number.isNaN(value)) continue;
    found = Number.isNaN(found) ? value : pick(found, value);
  }
  return found;
}

export interface BoxColours {
  readonly whisker: string;
  readonly box: string;
  readonly median: string;
}

/** Where boxes are, in CSS pixels. */
export interface BoxPlaces {
  /** Width of a column. */
  readonly column: number;
  readonly y: (value: number) => number;
  /** Whether there is room for the mean. */
  readonly means: boolean;
}

export function drawBoxes(
  context: CanvasRenderingContext2D,
  boxes: readonly Box[],
  { column, y, means }: BoxPlaces,
  colours: BoxColours,
): void {
  for (const box of boxes) {
    const left = box.first * column + 1;
    const width = Math.max(1, (box.end - box.first) * column - 2);
    const middle = left + width / 2;
    context.fillStyle = colours.whisker;
    context.fillRect(middle - 0.5, y(box.greatest), 1, Math.max(1, y(box.least) - y(box.greatest)));
    context.fillStyle = colours.box;
    context.fillRect(left, y(box.upper), width, Math.max(1, y(box.lower) - y(box.upper)));
    context.fillStyle = colours.median;
    context.fillRect(left, y(box.median) - 0.75, width, 1.5);
    if (!means) continue;
    context.beginPath();
    context.arc(middle, y(box.mean), 1.5, 0, 2 * Math.PI);
    context.fill();
  }
}
