/** Why this file: how many of a layer's filters changed much, and how many a little, as areas laid upon each other. */
import { fillColumn } from "./raster";

/**
 * Fills a strip: what changed most is at the bottom.
 *
 * @param shares of filters whose change is at least a limit, for limits ascending; each has a value for each column, NaN
 *   where there is none. What is above a higher limit is above the lower one, too.
 * @param colours as words, one for each limit.
 */
export function paintBands(
  pixels: Uint32Array,
  width: number,
  height: number,
  shares: readonly ArrayLike<number>[],
  colours: readonly number[],
): void {
  for (let x = 0; x < width; x++) {
    let bottom = height;
    for (let i = shares.length - 1; i >= 0; i--) {
      const share = shares[i]?.[x] as number;
      if (Number.isNaN(share)) continue;
      const top = Math.min(bottom, height - Math.round(Math.min(1, share) * height));
      fillColumn(pixels, width, x, top, bottom, colours[i] as number);
      bottom = top;
    }
  }
}
