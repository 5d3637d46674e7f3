/**
 * Why this file: a horizon graph: an area cut into bands that are laid over each other, each stronger than the one below it,
 * so that a strip of few pixels has the resolution of a high one. What is negative is mirrored, in other colours.
 */
import { fillColumn } from "./raster";
import { NOTHING } from "./strip";

export interface HorizonColours {
  /** From weak to strong, as words; as many as there are bands. */
  readonly positive: readonly number[];
  readonly negative: readonly number[];
  /** Of the line where there is exactly nothing. */
  readonly nothing: number;
}

/** Pixels of the line where there is exactly nothing, in those of the canvas. */
const NOTHING_HEIGHT = 2;

/** How a place on the scale is drawn: the band that is full, and how much of the next is filled. */
export function folded(place: number, bands: number): { readonly full: number; readonly share: number } {
  const size = Math.abs(place) * bands;
  // A place of exactly 1 fills the last band.
  const full = Math.min(Math.floor(size), bands - 1);
  return { full, share: size - full };
}

/**
 * Fills a strip.
 *
 * @param places of the columns, from `placeOf`; NaN leaves the column empty.
 */
export function paintHorizon(
  pixels: Uint32Array,
  width: number,
  height: number,
  places: ArrayLike<number>,
  { positive, negative, nothing }: HorizonColours,
): void {
  for (let x = 0; x < width; x++) {
    const place = places[x] as number;
    if (Number.isNaN(place)) continue;
    if (place === NOTHING) {
      fillColumn(pixels, width, x, Math.max(0, height - NOTHING_HEIGHT), height, nothing);
      continue;
    }
    const colours = place < 0 ? negative : positive;
    const { full, share } = folded(place, colours.length);
    const top = height - Math.round(share * height);
    if (full > 0) fillColumn(pixels, width, x, 0, top, colours[full - 1] as number);
    fillColumn(pixels, width, x, top, height, colours[full] as number);
  }
}
