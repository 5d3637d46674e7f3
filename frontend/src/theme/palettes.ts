/** Why this file: one colour per class for any number of classes, the same for points, rings, landscape and legend. */
import { CLASS_COLOURS } from "./class_colours";

/** Colour of samples without a class. */
export const NEUTRAL = { light: "#8a8a8a", dark: "#9a9a9a" } as const;

/** What is selected, as `--accent` in tokens.css. */
export const ACCENT = { light: "#f57c00", dark: "#ff9800" } as const;

/** Background and text of the tab, as TensorBoard has them. */
export const PAGE = {
  light: { paper: "#ffffff", ink: "#212121" },
  dark: { paper: "#303030", ink: "#ffffff" },
} as const;

const COLOURS = {
  light: coloursOf(CLASS_COLOURS.light),
  dark: coloursOf(CLASS_COLOURS.dark),
};

function coloursOf(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(" ").map((hex) => `#${hex}`));
}

/**
 * CSS "#rrggbb" colours, one a class. Class i has the same colour however many classes there are; beyond 256 they come
 * again.
 */
export function classColours(count: number, dark: boolean): readonly string[] {
  const colours = COLOURS[dark ? "dark" : "light"];
  return Array.from({ length: count }, (_, i) => colours[i % colours.length] as string);
}
