/**
 * Why this file: the filters of a layer over the clock as a picture: a row for each, a colour for how much it changed. Where
 * several share a pixel the greatest change is shown, so that one filter's leap is seen among thousands.
 */
import { NO_CHANGE, UNKNOWN_CHANGE } from "../data/training_codec";
import type { FilterTile } from "../data/training_types";
import type { Normalise } from "../state/layers";
import { columnsOf, type TimeScale } from "./time_scale";

/** The greatest change in each pixel, as codes. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns] */
  readonly codes: Uint16Array;
}

/** A tile as it lies on the pixels: row r shows filters [r * F / rows, (r + 1) * F / rows). */
export function gridOf(tile: FilterTile, scale: TimeScale, columns: number, rows: number): Grid {
  const { first, end } = columnsOf(tile.times, scale, columns);
  // One more than the code, so that what is not known is the least of all.
  const above = new Uint16Array(rows * columns);
  const { filters, codes } = tile;
  const most = new Uint16Array(filters);
  for (let c = 0; c < columns; c++) {
    const [from, to] = [first[c] as number, end[c] as number];
    if (from === to) continue;
    // Columns of one wide bucket are alike.
    if (c > 0 && first[c - 1] === from && end[c - 1] === to) {
      for (let r = 0; r < rows; r++) above[r * columns + c] = above[r * columns + c - 1] as number;
      continue;
    }
    most.fill(0);
    for (let at = from * filters; at < to * filters; ) {
      for (let f = 0; f < filters; f++, at++) {
        const value = ((codes[at] as number) + 1) & UNKNOWN_CHANGE;
        if (value > (most[f] as number)) most[f] = value;
      }
    }
    for (let f = 0; f < filters; f++) {
      const at = Math.floor((f * rows) / filters) * columns + c;
      if ((most[f] as number) > (above[at] as number)) above[at] = most[f] as number;
    }
  }
  // Below zero a word of 16 bits starts again from above.
  return { rows, columns, codes: above.map((value) => value - 1) };
}

/** Changes further below the greatest look like no change: 2^-24, what float32 can tell; in codes. */
const MOST_SPAN = 24 * ((UNKNOWN_CHANGE - 2) / 128);

/**
 * Degrees of change, 0 .. 1, between the least and the greatest of the layer, of each row, or of each column, on the scale
 * of the codes, which is logarithmic. No change is 0; NaN: not known.
 */
export function degrees({ rows, columns, codes }: Grid, how: Normalise): Float32Array {
  // Which least and greatest belong to row r, column c.
  const [byRow, byColumn] = [how === "filter" ? 1 : 0, how === "iteration" ? 1 : 0];
  const groups = byRow * rows + byColumn * columns + 1;
  const least = new Uint16Array(groups).fill(UNKNOWN_CHANGE);
  const most = new Uint16Array(groups);
  for (let r = 0, at = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, at++) {
      const code = codes[at] as number;
      if (code === NO_CHANGE || code === UNKNOWN_CHANGE) continue;
      const group = r * byRow + c * byColumn;
      if (code < (least[group] as number)) least[group] = code;
      if (code > (most[group] as number)) most[group] = code;
    }
  }
  const out = new Float32Array(codes.length);
  for (let r = 0, at = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, at++) {
      const code = codes[at] as number;
      const group = r * byRow + c * byColumn;
      const to = most[group] as number;
      const from = Math.max(least[group] as number, to - MOST_SPAN);
      if (code === UNKNOWN_CHANGE) out[at] = Number.NaN;
      // A row or column that changed evenly is of a middling colour.
      else if (code !== NO_CHANGE) out[at] = to > from ? Math.max(0, (code - from) / (to - from)) : 0.5;
    }
  }
  return out;
}

/** Fills a picture of the grid's width. @param colours as words, from little change to much. */
export function paintMatrix(
  pixels: Uint32Array,
  width: number,
  height: number,
  { rows, columns }: Grid,
  shares: Float32Array,
  colours: readonly number[],
): void {
  for (let y = 0; y < height; y++) {
    const row = Math.min(rows - 1, Math.floor((y * rows) / height));
    for (let x = 0; x < width && x < columns; x++) {
      const share = shares[row * columns + x] as number;
      if (Number.isNaN(share)) continue;
      pixels[y * width + x] = colours[Math.round(share * (colours.length - 1))] as number;
    }
  }
}

/** The picture is no higher than this, in CSS pixels. */
export const MOST_HEIGHT = 320;
const MOST_PER_FILTER = 4;

/** How high the picture of some filters is, in CSS pixels, and how many rows it has. */
export function matrixSize(filters: number): { readonly height: number; readonly rows: number } {
  const perFilter = Math.min(MOST_PER_FILTER, Math.floor(MOST_HEIGHT / Math.max(1, filters)));
  if (perFilter === 0) return { height: MOST_HEIGHT, rows: MOST_HEIGHT };
  // A picture of a line or two cannot be pointed at.
  return { height: Math.max(24, perFilter * filters), rows: filters };
}
