/** Why this file: how a strip over the clock gets its colours: one number for each column of pixels, then one colour. Pure but for the painting. */
import type { Columns, TimeScale } from "../../charts/time_scale";
import { ERROR_SCALE, NOT_SEEN } from "../../state/class_log";
import { MAP_LEVELS } from "../../theme/colour_maps";

/** The greatest value of each column; NaN where there is none. No spike is lost. */
export function columnMost(values: Float32Array, { first, end }: Columns): Float32Array {
  return Float32Array.from(first, (start, c) => {
    let most = Number.NaN;
    for (let b = start; b < (end[c] as number); b++) {
      const value = values[b] as number;
      // A comparison with NaN is false either way.
      if (!(value <= most) && !Number.isNaN(value)) most = value;
    }
    return most;
  });
}

/** The mean error of a class in each column, 0 .. 1; NaN where it was not seen. @param codes [snapshots, classes] */
export function columnError(
  codes: Uint8Array,
  classes: number,
  one: number,
  { first, end }: Columns,
): Float32Array {
  return Float32Array.from(first, (start, c) => {
    let [sum, seen] = [0, 0];
    for (let t = start; t < (end[c] as number); t++) {
      const code = codes[t * classes + one] as number;
      if (code === NOT_SEEN) continue;
      sum += code / ERROR_SCALE;
      seen += 1;
    }
    return seen === 0 ? Number.NaN : sum / seen;
  });
}

/** Ends of the finite values; [0, 1] without any. */
export function finiteRange(values: Float32Array): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low > high ? [0, 1] : [low, high];
}

/** Paints columns from the map's first colour at `low` to its last at `high`; nothing where there is no finite value. */
export function paintColumns(
  context: CanvasRenderingContext2D,
  values: Float32Array,
  [low, high]: readonly [number, number],
  colours: readonly string[],
  top: number,
  height: number,
): void {
  const perUnit = high > low ? (MAP_LEVELS - 1) / (high - low) : 0;
  values.forEach((value, x) => {
    if (!Number.isFinite(value)) return;
    const level = Math.max(0, Math.min(MAP_LEVELS - 1, Math.round((value - low) * perUnit)));
    context.fillStyle = colours[level] as string;
    context.fillRect(x, top, 1, height);
  });
}

/** Triangles that hang from the top edge at some times. */
export function paintTriangles(
  context: CanvasRenderingContext2D,
  times: readonly number[],
  scale: TimeScale,
  size: number,
  fill: string,
  edge: string,
): void {
  context.fillStyle = fill;
  context.strokeStyle = edge;
  context.lineWidth = 1;
  for (const time of times) {
    const x = scale.x(time);
    if (x < -size || x > scale.width + size) continue;
    context.beginPath();
    context.moveTo(x - size, 0);
    context.lineTo(x + size, 0);
    context.lineTo(x, 1.4 * size);
    context.closePath();
    context.fill();
    context.stroke();
  }
}
