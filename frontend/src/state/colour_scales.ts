/** Why this file: what a column looks like: the colour and size of each sample, and the legend that says so. Pure. */
import { SIZE_RANGE } from "../gl/point_look";
import type { ColumnData, Numbers } from "../query/columns";
import { colourCategories, colourNumbers } from "../theme/colour_maps";
import { classColours, NEUTRAL } from "../theme/palettes";

/** Of more categories that are no classes, the rarer ones share the neutral colour. */
export const MOST_CATEGORIES = 20;
/** Factor on the radius of the largest: nine times the area of the smallest, and no cluster is covered. */
const LARGEST = 1.8;
const SMALLEST = 0.6;

/** Numbers at the ends of a scale; `clipped`: there are larger ones, which look like the last. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly clipped: boolean;
}

export interface LegendEntry {
  readonly code: number;
  readonly name: string;
  /** CSS */
  readonly colour: string;
  readonly count: number;
}

export type Legend =
  | {
      readonly kind: "category";
      /** The most frequent first where there are more than `MOST_CATEGORIES`, else in their own order. */
      readonly entries: readonly LegendEntry[];
      readonly none: number;
    }
  | { readonly kind: "number"; readonly span: Span; readonly none: number };

export interface Coloured {
  readonly colours: Uint8Array;
  readonly legend: Legend;
}

/** Ends of what is known of numbers; `null` when nothing is. */
export function spanOf(values: Numbers): Span | null {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < from) from = value;
    if (value > to) to = value;
  }
  return from > to ? null : { from, to, clipped: false };
}

/** One category a sample; of tags the first. -1: none. */
export function codesOf(data: ColumnData): ArrayLike<number> {
  if (data.kind === "category") return data.codes;
  if (data.kind !== "tags") return [];
  const { offsets, codes } = data;
  const first = new Int32Array(offsets.length - 1).fill(-1);
  for (let i = 0; i < first.length; i++) {
    const at = offsets[i] as number;
    if (at < (offsets[i + 1] as number)) first[i] = codes[at] as number;
  }
  return first;
}

/**
 * Colours of categories.
 *
 * @param classes the values are the run's classes, whose colours are fixed by their number.
 */
export function colourByCategory(
  codes: ArrayLike<number>,
  values: readonly string[],
  classes: boolean,
  dark: boolean,
): Coloured {
  const counts = new Uint32Array(values.length);
  let none = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    if (code >= 0 && code < values.length) counts[code] = (counts[code] as number) + 1;
    else none += 1;
  }
  const many = values.length > MOST_CATEGORIES;
  const order = [...counts.keys()];
  if (many) order.sort((p, q) => (counts[q] as number) - (counts[p] as number) || p - q);
  const shown = classes || !many ? values.length : MOST_CATEGORIES;
  const palette = classColours(shown, dark);
  const neutral = NEUTRAL[dark ? "dark" : "light"];
  // Place of each code in the palette.
  const place = new Int32Array(values.length).fill(-1);
  for (const [rank, code] of order.entries()) {
    if (classes || !many) place[code] = code;
    else if (rank < shown) place[code] = rank;
  }
  const placed = Int32Array.from(codes, (code) => place[code] ?? -1);
  const entries = order.map((code) => ({
    code,
    name: values[code] as string,
    colour: palette[place[code] as number] ?? neutral,
    count: counts[code] as number,
  }));
  return { colours: colourCategories(placed, shown, dark), legend: { kind: "category", entries, none } };
}

/** Colours of numbers; those beyond the span look like its ends. */
export function colourByNumber(values: Numbers, span: Span, dark: boolean): Coloured {
  const single = values instanceof Float32Array ? values : Float32Array.from(values);
  let none = 0;
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) none += 1;
  const { from, to } = span;
  return {
    colours: colourNumbers(single, { kind: "sequential", from, to, dark }),
    legend: { kind: "number", span, none },
  };
}

/** Factors on the radius, so that areas are proportional to numbers; what is not known is smallest. */
export function sizesOf(values: Numbers, { from, to }: Span): Float32Array {
  const sizes = new Float32Array(values.length);
  const [least, most] = [SMALLEST ** 2, LARGEST ** 2];
  for (let i = 0; i < values.length; i++) {
    const share = to === from ? 0.5 : ((values[i] as number) - from) / (to - from);
    const clamped = Number.isNaN(share) ? 0 : Math.min(Math.max(share, 0), 1);
    sizes[i] = Math.max(SIZE_RANGE.min, Math.sqrt(least + clamped * (most - least)));
  }
  return sizes;
}
