/**
 * Why this file: one row a task, one column a snapshot, over the clock: when something was learned and when it was lost.
 * Cells that are wide enough have their number written in them. Pure but for `drawTaskMatrix`.
 */
import type { TimeScale } from "./time_scale";
import { bucketAt, columnsOf, edgesAround } from "./time_scale";

/** Pixels that a number needs. */
const NUMBER_WIDTH = 30;
/** Pixels between rows. */
const GAP = 2;

export interface TaskRow {
  readonly name: string;
  /** One a snapshot; NaN: not known. */
  readonly values: ArrayLike<number>;
  /** First and last step of the task itself; `null`: it has not begun. */
  readonly own: readonly [number, number] | null;
}

export interface MatrixModel {
  readonly steps: ArrayLike<number>;
  readonly rows: readonly TaskRow[];
  /** What the palest and the strongest colour stand for. */
  readonly domain: readonly [number, number];
  readonly rowHeight: number;
}

export interface MatrixPaint {
  /** CSS, from the least to the most. */
  readonly colours: readonly string[];
  /** Text on pale and on strong colours. */
  readonly ink: readonly [string, string];
  readonly unknown: string;
  readonly outline: string;
  readonly switches: string;
  readonly text: (value: number) => string;
}

/** Place of a value on the colours, 0 .. 1. */
export function shareOf(value: number, [low, high]: readonly [number, number]): number {
  return high > low ? Math.min(Math.max((value - low) / (high - low), 0), 1) : 0.5;
}

/** The snapshot and the task under a point; `null` outside. */
export function cellAt(
  { steps, rows, rowHeight }: MatrixModel,
  scale: TimeScale,
  x: number,
  y: number,
): { readonly row: number; readonly snapshot: number } | null {
  const row = Math.floor(y / rowHeight);
  const snapshot = bucketAt(edgesAround(steps), scale.time(x));
  return row < 0 || row >= rows.length || snapshot < 0 ? null : { row, snapshot };
}

/** The least known value of each column of pixels: what was lost for a moment is not lost from sight. NaN: none is known. */
export function leastOf(values: ArrayLike<number>, first: Int32Array, end: Int32Array): Float64Array {
  const out = new Float64Array(first.length).fill(Number.NaN);
  for (let c = 0; c < out.length; c++) {
    for (let t = first[c] as number; t < (end[c] as number); t++) {
      const value = values[t] as number;
      if (!Number.isNaN(value) && !((out[c] as number) <= value)) out[c] = value;
    }
  }
  return out;
}

/** Draws everything, in CSS pixels. */
export function drawTaskMatrix(
  context: CanvasRenderingContext2D,
  model: MatrixModel,
  scale: TimeScale,
  paint: MatrixPaint,
): void {
  const { steps, rows, domain, rowHeight } = model;
  const edges = edgesAround(steps);
  const columns = Math.max(1, Math.round(scale.width));
  const { first, end } = columnsOf(edges, scale, columns);
  const colour = (value: number) =>
    paint.colours[Math.round(shareOf(value, domain) * (paint.colours.length - 1))] ?? paint.unknown;
  context.clearRect(0, 0, scale.width, rows.length * rowHeight);
  context.font = "10px Roboto, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const [k, { values, own }] of rows.entries()) {
    const [top, height] = [k * rowHeight, rowHeight - GAP];
    const least = leastOf(values, first, end);
    for (let c = 0; c < columns; c++) {
      if (first[c] === end[c]) continue;
      const value = least[c] as number;
      context.fillStyle = Number.isNaN(value) ? paint.unknown : colour(value);
      context.fillRect(c, top, 1, height);
    }
    writeNumbers(context, values, edges, scale, domain, top + height / 2, paint);
    if (own === null) continue;
    const [left, right] = ownSpan(own, steps, edges, scale);
    context.strokeStyle = paint.outline;
    context.lineWidth = 1.5;
    context.strokeRect(left + 0.75, top + 0.75, Math.max(1, right - left - 1.5), height - 1.5);
  }
  context.fillStyle = paint.switches;
  for (const { own } of rows) {
    if (own === null || own[0] <= (steps[0] ?? 0)) continue;
    const [left] = ownSpan(own, steps, edges, scale);
    context.fillRect(Math.round(left), 0, 1, rows.length * rowHeight);
  }
}

/** Pixels from the left edge of a task's first snapshot to the right edge of its last. */
function ownSpan(
  [from, to]: readonly [number, number],
  steps: ArrayLike<number>,
  edges: Float64Array,
  scale: TimeScale,
): [number, number] {
  let [first, last] = [0, 0];
  for (let t = 0; t < steps.length; t++) {
    if ((steps[t] as number) < from) first = t + 1;
    if ((steps[t] as number) <= to) last = t;
  }
  const x = (edge: number) => Math.min(Math.max(scale.x(edges[edge] ?? scale.to), 0), scale.width);
  return [x(first), x(last + 1)];
}

function writeNumbers(
  context: CanvasRenderingContext2D,
  values: ArrayLike<number>,
  edges: Float64Array,
  scale: TimeScale,
  domain: readonly [number, number],
  y: number,
  { ink, text }: MatrixPaint,
): void {
  for (let t = 0; t + 1 < edges.length; t++) {
    const [left, right] = [scale.x(edges[t] as number), scale.x(edges[t + 1] as number)];
    const value = values[t] as number;
    const [from, to] = [Math.max(left, 0), Math.min(right, scale.width)];
    if (to - from < NUMBER_WIDTH || Number.isNaN(value)) continue;
    context.fillStyle = shareOf(value, domain) > 0.45 ? ink[1] : ink[0];
    context.fillText(text(value), (from + to) / 2, y);
  }
}
