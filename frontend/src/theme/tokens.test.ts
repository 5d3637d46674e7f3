import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
const [light, dark] = css.split('[data-theme="dark"]').map((block) => {
  const found = block.matchAll(/--([\w-]+): ([^;]+);/g);
  return Object.fromEntries([...found].map(([, name, value]) => [name, value])) as Record<string, string>;
});

/** Red, green, blue (0 .. 255) and alpha of "#rrggbb" or "rgb(r g b / a%)". */
function parse(colour: string): [number, number, number, number] {
  if (colour.startsWith("#")) {
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    return [r as number, g as number, b as number, 1];
  }
  const [r, g, b, a] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [r as number, g as number, b as number, (a as number) / 100];
}

function over(top: string, ...below: string[]): [number, number, number] {
  const [r, g, b, a] = parse(top);
  const [next, ...rest] = below;
  if (a === 1 || next === undefined) return [r, g, b];
  const under = over(next, ...rest);
  return [r, g, b].map((v, i) => v * a + (under[i] as number) * (1 - a)) as [number, number, number];
}

/** WCAG 2.2: (L1 + 0.05) / (L2 + 0.05) of relative luminances. */
function contrast(p: readonly number[], q: readonly number[]): number {
  const luminance = (rgb: readonly number[]) => {
    const linear = rgb.map((v) =>
      v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * (linear[0] as number) + 0.7152 * (linear[1] as number) + 0.0722 * (linear[2] as number);
  };
  const [bright, dim] = [luminance(p), luminance(q)].sort((a, b) => b - a) as [number, number];
  return (bright + 0.05) / (dim + 0.05);
}

const SURFACES = ["surface", "surface-rail", "surface-raised"] as const;
const TEXTS = ["text", "text-muted", "text-faint", "accent-text", "error-text"] as const;

describe.each([
  ["light", light],
  ["dark", { ...light, ...dark }],
] as const)("the %s theme", (_, tokens) => {
  const of = (name: string) => tokens?.[name] as string;

  it.each(SURFACES.flatMap((surface) => TEXTS.map((text) => [text, surface] as const)))(
    "%s is read on %s, under the pointer and when chosen",
    (text, surface) => {
      for (const state of ["surface-hover", "surface-active"]) {
        const ratios = [
          contrast(over(of(text)), over(of(surface))),
          contrast(over(of(text)), over(of(state), of(surface))),
        ];
        for (const ratio of ratios) expect(ratio).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it.each(SURFACES)("the focus, fields and marks are seen on %s", (surface) => {
    for (const mark of ["focus", "good", "poor", "curve"]) {
      expect(contrast(over(of(mark)), over(of(surface)))).toBeGreaterThanOrEqual(3);
    }
  });
});
