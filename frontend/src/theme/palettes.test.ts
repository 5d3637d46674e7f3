import { describe, expect, it } from "vitest";
import { deficientViews, deltaE, hexToLinear, linearToHex, linearToLab } from "./colour_space";
import { classColours, PAGE } from "./palettes";

function least(colours: readonly string[], view: (hex: string) => readonly [number, number, number]): number {
  const labs = colours.map((hex) => linearToLab(view(hex)));
  let smallest = Number.POSITIVE_INFINITY;
  for (const [i, p] of labs.entries()) {
    for (const q of labs.slice(0, i)) smallest = Math.min(smallest, deltaE(p, q));
  }
  return smallest;
}

describe("colour space", () => {
  // Values of CIE 15 for the sRGB primaries under D65, as published by many.
  it.each([
    ["#ffffff", [100, 0, 0]],
    ["#ff0000", [53.24, 80.09, 67.2]],
    ["#00ff00", [87.73, -86.18, 83.18]],
    ["#0000ff", [32.3, 79.19, -107.86]],
    ["#777777", [50.03, 0, 0]],
  ] as const)("%s in CIELAB", (hex, lab) => {
    for (const [i, value] of linearToLab(hexToLinear(hex)).entries()) {
      expect(Math.abs(value - (lab[i] as number))).toBeLessThan(0.05);
    }
  });
  it("comes back from linear light", () => {
    for (const hex of ["#000000", "#0102fe", "#87a1c3"]) expect(linearToHex(hexToLinear(hex))).toBe(hex);
  });
  it("leaves grey grey for colour-blind eyes", () => {
    for (const view of deficientViews(hexToLinear("#808080"))) {
      expect(deltaE(linearToLab(view), linearToLab(hexToLinear("#808080")))).toBeLessThan(1);
    }
  });
});

describe.each([
  ["light", false],
  ["dark", true],
] as const)("classColours, %s", (page, dark) => {
  it("has ten that everybody can tell apart", () => {
    const ten = classColours(10, dark);
    expect(least(ten, hexToLinear)).toBeGreaterThan(40);
    for (const eye of [0, 1]) {
      expect(
        least(ten, (hex) => deficientViews(hexToLinear(hex))[eye] as [number, number, number]),
      ).toBeGreaterThan(20);
    }
  });
  it.each([
    [20, 15],
    [40, 10],
    [100, 6],
  ])("has %d that differ by %d in CIELAB", (count, distance) => {
    expect(least(classColours(count, dark), hexToLinear)).toBeGreaterThan(distance);
  });
  it("gives a class the same colour in every call and however many there are", () => {
    const hundred = classColours(100, dark);
    expect(classColours(100, dark)).toEqual(hundred);
    expect(classColours(37, dark)).toEqual(hundred.slice(0, 37));
  });
  it("stands out from the page", () => {
    const paper = linearToLab(hexToLinear(PAGE[page].paper));
    for (const hex of classColours(60, dark)) {
      expect(deltaE(linearToLab(hexToLinear(hex)), paper)).toBeGreaterThan(25);
    }
  });
  it("answers for thousands and for none", () => {
    expect(classColours(0, dark)).toEqual([]);
    expect(classColours(5_000, dark).every((hex) => /^#[0-9a-f]{6}$/.test(hex))).toBe(true);
  });
});
