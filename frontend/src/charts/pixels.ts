/**
 * Why this file: strips and matrices are painted pixel by pixel: one line of colours over time, repeated down its height.
 * Pure but for `putPixels`.
 */

import type { MapKind } from "../theme/colour_maps";
import { mapColours } from "../theme/colour_maps";

/** A pixel as a canvas stores it, in one word. */
export type Word = number;

/** Nothing is drawn: there is no log at this time. */
export const BLANK: Word = 0;
/** Stands in a line for what was not seen; it is as clear as nothing, and hatched when it is painted. */
export const HATCHED: Word = 1;

/** Pixels from one hatching line to the next. */
const HATCH_PITCH = 6;
/** Alpha is the highest byte on every machine that runs browsers. */
const OPAQUE = 0xff000000;

/** Word of "#rrggbb". */
export function wordOf(hex: string): Word {
  const value = Number.parseInt(hex.slice(1), 16);
  const [red, green, blue] = [(value >> 16) & 255, (value >> 8) & 255, value & 255];
  return (OPAQUE | (blue << 16) | (green << 8) | red) >>> 0;
}

const words = new Map<string, Uint32Array>();

/** Words of a colour map, from the lowest number to the highest. */
export function mapWords(kind: MapKind, dark: boolean): Uint32Array {
  const key = `${kind} ${dark}`;
  let known = words.get(key);
  if (known === undefined) {
    known = Uint32Array.from(mapColours(kind, dark), wordOf);
    words.set(key, known);
  }
  return known;
}

/** Places on the diverging map: apart in lightness, too, and blue and vermilion, which all eyes tell apart. */
const RIGHT = 88;
const WRONG = 244;

/** Colours of a right and of a wrong answer. */
export function answerWords(dark: boolean): { readonly right: Word; readonly wrong: Word } {
  const map = mapWords("diverging", dark);
  return { right: map[RIGHT] as Word, wrong: map[WRONG] as Word };
}

/** A line of pixels down `height` rows of `out` from row `top`. `hatch`: colour of what was not seen. */
export function fillRows(
  out: Uint32Array,
  line: Uint32Array,
  top: number,
  height: number,
  hatch: Word,
): void {
  const width = line.length;
  const hatched = line.includes(HATCHED);
  for (let y = top; y < top + height; y++) {
    out.set(line, y * width);
    if (!hatched) continue;
    for (let x = 0; x < width; x++) {
      if (line[x] === HATCHED) out[y * width + x] = (x + y) % HATCH_PITCH === 0 ? hatch : BLANK;
    }
  }
}

/** Puts pixels onto a canvas, in its own pixels and not those of CSS. */
export function putPixels(
  context: CanvasRenderingContext2D,
  pixels: Uint32Array<ArrayBuffer>,
  width: number,
  top = 0,
): void {
  if (width === 0 || pixels.length < width) return;
  const bytes = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  context.putImageData(new ImageData(bytes, width), 0, top);
}
