import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { colourCategories, colourNumbers, MAP_LEVELS, mapColours, mapGradient } from "./colour_maps";
import { deficientViews, deltaE, hexToLinear, type LinearRgb, linearToLab } from "./colour_space";
import { ACCENT, classColours, NEUTRAL, PAGE } from "./palettes";

const tokens = readFileSync(new URL("tokens.css", import.meta.url), "utf8");
const PAGES = [
  ["light", false],
  ["dark", true],
] as const;
const lab = (hex: string) => linearToLab(hexToLinear(hex));
/** Common eyes, a protanope's, a deuteranope's. */
const EYES: readonly ((hex: string) => LinearRgb)[] = [
  hexToLinear,
  (hex) => deficientViews(hexToLinear(hex))[0] as LinearRgb,
  (hex) => deficientViews(hexToLinear(hex))[1] as LinearRgb,
];
const bytes = (hex: string) => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));

describe.each(PAGES)("maps on the %s page", (page, dark) => {
  const sequential = mapColours("sequential", dark);
  const diverging = mapColours("diverging", dark);
  /** Every sixteenth colour: neighbours differ by less than the rounding to 8 bits. */
  const coarse = (colours: readonly string[]) => colours.filter((_, i) => i % 15 === 0);

  it("have steps that look alike", () => {
    for (const half of [sequential, diverging.slice(0, 128), diverging.slice(128)]) {
      const labs = coarse(half).map(lab);
      const steps = labs.slice(1).map((one, i) => deltaE(one, labs[i] as never));
      expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.25);
    }
  });
  it("lead from little to much by lightness alone, for everybody", () => {
    for (const eye of EYES) {
      const lightness = coarse(sequential).map((hex) => linearToLab(eye(hex))[0]);
      const rises = lightness.slice(1).map((one, i) => (one - (lightness[i] as number)) * (dark ? 1 : -1));
      expect(Math.min(...rises)).toBeGreaterThan(1);
    }
  });
  it("have ends that everybody tells apart, and a grey middle", () => {
    for (const eye of EYES) {
      const [first, last] = [diverging[0] as string, diverging.at(-1) as string].map((hex) =>
        linearToLab(eye(hex)),
      );
      expect(deltaE(first as never, last as never)).toBeGreaterThan(40);
    }
    const [, a, b] = lab(diverging[MAP_LEVELS / 2] as string);
    expect(Math.hypot(a, b)).toBeLessThan(3);
  });
  it("stand out from the page, much more than little", () => {
    const paper = lab(PAGE[page].paper);
    for (const hex of [...sequential, ...diverging]) expect(deltaE(lab(hex), paper)).toBeGreaterThan(18);
    const [little, much] = [lab(sequential[0] as string), lab(sequential.at(-1) as string)];
    expect(deltaE(much, paper)).toBeGreaterThan(1.4 * deltaE(little, paper));
  });
  it("has the accent that the interface has", () => {
    const declared = [...tokens.matchAll(/--accent: (#[0-9a-f]{6});/g)].map((match) => match[1]);
    expect(declared[dark ? 1 : 0]).toBe(ACCENT[page]);
  });
});

describe("colourNumbers", () => {
  const colours = mapColours("sequential", false);
  const scale = { kind: "sequential", from: 2, to: 4, dark: false } as const;
  const row = (out: Uint8Array, i: number) => [...out.subarray(4 * i, 4 * i + 4)];
  it("spreads the map over the scale, ends it there, and is grey where nothing is known", () => {
    const out = colourNumbers(Float32Array.of(2, 4, 3, -9, 99, Number.NaN, Infinity), scale);
    const expected = [0, 255, 128, 0, 255].map((level) => colours[level] as string);
    for (const [i, hex] of expected.entries()) expect(row(out, i)).toEqual([...bytes(hex), 255]);
    expect(row(out, 5)).toEqual([...bytes(NEUTRAL.light), 255]);
    expect(row(out, 6)).toEqual([...bytes(colours[255] as string), 255]);
  });
  it("takes the middle where all numbers are the same, and runs backwards when told to", () => {
    const same = colourNumbers(Float32Array.of(7), { ...scale, from: 7, to: 7 });
    expect(row(same, 0)).toEqual([...bytes(colours[128] as string), 255]);
    const back = colourNumbers(Float32Array.of(2), { ...scale, from: 4, to: 2 });
    expect(row(back, 0)).toEqual([...bytes(colours[255] as string), 255]);
  });
});

it("colours up to a thousand categories as the classes are", () => {
  const out = colourCategories(Int32Array.of(0, 999, -1, 1000), 1000, true);
  const expected = [classColours(1000, true)[0], classColours(1000, true)[999], NEUTRAL.dark, NEUTRAL.dark];
  expect([...out]).toEqual(expected.flatMap((hex) => [...bytes(hex as string), 255]));
});

it("is a gradient for legends", () => {
  const gradient = mapGradient("diverging", false);
  expect(gradient.startsWith(`linear-gradient(90deg, ${mapColours("diverging", false)[0]}`)).toBe(true);
  expect(gradient.match(/#/g)).toHaveLength(17);
});
