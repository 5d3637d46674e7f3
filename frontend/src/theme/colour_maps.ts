/**
 * Why this file: colours for numbers. Lightness rises or falls all along a map, so that it reads without hue; steps are even
 * in CIELAB, so that equal differences look equal, to colour-blind eyes as well.
 */
import { deltaE, type Lab, labToLinear, linearToHex } from "./colour_space";
import { classColours, NEUTRAL } from "./palettes";

/** "sequential": from little to much. "diverging": away from a middle, to either side. */
export type MapKind = "sequential" | "diverging";

/** Colours of a map. */
export const MAP_LEVELS = 256;

/**
 * Waypoints in CIELAB. What is much stands out most from the page, so the dark page's maps run to light colours. Sequential:
 * straw, green, teal, indigo. Diverging: blue and vermilion, which protanopes and deuteranopes tell apart, through grey.
 */
const WAYPOINTS: Readonly<Record<MapKind, Readonly<Record<"light" | "dark", readonly Lab[]>>>> = {
  sequential: {
    light: [
      [84, -8, 52],
      [67, -32, 26],
      [50, -22, -10],
      [34, 8, -38],
      [19, 28, -40],
    ],
    dark: [
      [34, 24, -46],
      [48, -2, -36],
      [62, -26, -8],
      [77, -34, 32],
      [92, -8, 56],
    ],
  },
  diverging: {
    light: [
      [36, 10, -46],
      [58, -4, -34],
      [80, 0, 0],
      [60, 38, 36],
      [38, 50, 40],
    ],
    dark: [
      [80, -12, -26],
      [64, -6, -36],
      [46, 0, 0],
      [63, 26, 24],
      [78, 24, 40],
    ],
  },
};

/** A place on the polyline through the waypoints, 0 .. 1 along its length as eyes measure it. */
function along(waypoints: readonly Lab[], share: number): Lab {
  const lengths = waypoints.slice(1).map((to, i) => deltaE(waypoints[i] as Lab, to));
  let left = share * lengths.reduce((sum, length) => sum + length, 0);
  let k = 0;
  while (k < lengths.length - 1 && left > (lengths[k] as number)) left -= lengths[k++] as number;
  const t = Math.min(left / (lengths[k] as number), 1);
  const [from, to] = [waypoints[k] as Lab, waypoints[k + 1] as Lab];
  return from.map((value, axis) => value + t * ((to[axis] as number) - value)) as unknown as Lab;
}

const made = new Map<string, readonly string[]>();

/** `MAP_LEVELS` CSS "#rrggbb" colours from the lowest number to the highest. The middle one of "diverging" is grey. */
export function mapColours(kind: MapKind, dark: boolean): readonly string[] {
  const page = dark ? "dark" : "light";
  let colours = made.get(kind + page);
  if (colours === undefined) {
    const waypoints = WAYPOINTS[kind][page];
    const middle = (waypoints.length - 1) / 2;
    const halves =
      kind === "diverging" ? [waypoints.slice(0, middle + 1), waypoints.slice(middle)] : [waypoints];
    colours = Array.from({ length: MAP_LEVELS }, (_, i) => {
      const at = (i / (MAP_LEVELS - 1)) * halves.length;
      const half = Math.min(Math.floor(at), halves.length - 1);
      return linearToHex(labToLinear(along(halves[half] as readonly Lab[], at - half)));
    });
    made.set(kind + page, colours);
  }
  return colours;
}

/** A map as a CSS gradient from left to right, for legends. */
export function mapGradient(kind: MapKind, dark: boolean): string {
  const colours = mapColours(kind, dark);
  const stops = Array.from({ length: 17 }, (_, i) => colours[Math.round((i / 16) * (MAP_LEVELS - 1))]);
  return `linear-gradient(90deg, ${stops.join(", ")})`;
}

/** How numbers become colours: `from` and `to` are the numbers at the ends of the map, those beyond look the same. */
export interface ColourScale {
  readonly kind: MapKind;
  readonly from: number;
  readonly to: number;
  readonly dark: boolean;
}

/**
 * Red, green, blue, alpha (0 .. 255), one row a number.
 *
 * @param values NaN: not known, in the neutral grey.
 */
export function colourNumbers(values: Float32Array, { kind, from, to, dark }: ColourScale): Uint8Array {
  const words = new Uint32Array(MAP_LEVELS + 1);
  const bytes = new Uint8Array(words.buffer);
  for (const [i, hex] of [...mapColours(kind, dark), NEUTRAL[dark ? "dark" : "light"]].entries()) {
    bytes.set(rgba(hex), 4 * i);
  }
  const out = new Uint32Array(values.length);
  // All numbers alike lie in the middle of the map.
  const perUnit = to === from ? 0 : (MAP_LEVELS - 1) / (to - from);
  const first = perUnit === 0 ? (MAP_LEVELS - 1) / 2 : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const level = Math.round(first + (perUnit === 0 ? 0 : (value - from) * perUnit));
    const known = !Number.isNaN(value);
    out[i] = words[known ? Math.min(Math.max(level, 0), MAP_LEVELS - 1) : MAP_LEVELS] as number;
  }
  return new Uint8Array(out.buffer);
}

/**
 * Red, green, blue, alpha (0 .. 255), one row a category.
 *
 * @param categories 0 .. count - 1; anything else is none, in the neutral grey.
 */
export function colourCategories(categories: ArrayLike<number>, count: number, dark: boolean): Uint8Array {
  const colours = [...classColours(count, dark), NEUTRAL[dark ? "dark" : "light"]].map(rgba);
  const out = new Uint8Array(4 * categories.length);
  for (let i = 0; i < categories.length; i++) {
    const category = categories[i] as number;
    const known = category >= 0 && category < count;
    out.set(colours[known ? category : count] as number[], 4 * i);
  }
  return out;
}

function rgba(hex: string): [number, number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255, 255];
}
