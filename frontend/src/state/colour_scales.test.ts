import { expect, test } from "vitest";
import { SIZE_RANGE } from "../gl/point_look";
import { classColours, NEUTRAL } from "../theme/palettes";
import { codesOf, colourByCategory, colourByNumber, sizesOf, spanOf } from "./colour_scales";

const hex = (colours: Uint8Array, row: number) =>
  `#${[...colours.subarray(4 * row, 4 * row + 3)].map((v) => v.toString(16).padStart(2, "0")).join("")}`;

test("classes keep the colour of their number, and what has none is grey and counted", () => {
  const { colours, legend } = colourByCategory([1, 0, 65535, -1], ["cat", "dog"], true, false);
  const [cat, dog] = classColours(2, false);
  expect([0, 1, 2, 3].map((row) => hex(colours, row))).toEqual([dog, cat, NEUTRAL.light, NEUTRAL.light]);
  expect(legend).toEqual({
    kind: "category",
    entries: [
      { code: 0, name: "cat", colour: cat, count: 1 },
      { code: 1, name: "dog", colour: dog, count: 1 },
    ],
    none: 2,
  });
});

test("of many values the twenty most frequent have colours, the most frequent first", () => {
  const values = Array.from({ length: 30 }, (_, i) => `v${i}`);
  const codes = values.flatMap((_, i) => new Array(i + 1).fill(i));
  const { colours, legend } = colourByCategory(codes, values, false, true);
  if (legend.kind !== "category") throw new Error("numbers");
  expect(legend.entries.slice(0, 2).map(({ name, count }) => [name, count])).toEqual([
    ["v29", 30],
    ["v28", 29],
  ]);
  expect(legend.entries[20]?.colour).toBe(NEUTRAL.dark);
  for (const { code, colour } of legend.entries) expect(hex(colours, codes.indexOf(code))).toBe(colour);
  // Of classes all have theirs.
  const all = colourByCategory(codes, values, true, true).legend;
  expect(all.kind === "category" && all.entries[20]?.colour).not.toBe(NEUTRAL.dark);
});

test("numbers beyond the ends look like the ends, and none is grey", () => {
  const span = { from: 0, to: 1, clipped: true };
  const { colours, legend } = colourByNumber(Float32Array.of(-3, 0, 1, 9, Number.NaN), span, false);
  expect(hex(colours, 0)).toBe(hex(colours, 1));
  expect(hex(colours, 2)).toBe(hex(colours, 3));
  expect(hex(colours, 4)).toBe(NEUTRAL.light);
  expect(legend).toEqual({ kind: "number", span, none: 1 });
  expect(spanOf(Float32Array.of(Number.NaN, 2, -1))).toEqual({ from: -1, to: 2, clipped: false });
  expect(spanOf(Float32Array.of(Number.NaN))).toBeNull();
});

test("areas are proportional to numbers, and all sizes can be drawn", () => {
  const sizes = sizesOf(Float32Array.of(0, 1, 2, 3, Number.NaN), { from: 0, to: 2, clipped: true });
  const areas = [...sizes].map((size) => size ** 2);
  expect(areas[1]).toBeCloseTo(((areas[0] as number) + (areas[2] as number)) / 2, 5);
  expect([sizes[3], sizes[4]]).toEqual([sizes[2], sizes[0]]);
  for (const size of sizes) expect(size).toBeGreaterThanOrEqual(SIZE_RANGE.min);
  for (const size of sizes) expect(size).toBeLessThanOrEqual(SIZE_RANGE.max);
});

test("of tags the first counts", () => {
  const tags = {
    kind: "tags",
    values: ["x", "y"],
    offsets: Uint32Array.of(0, 2, 2, 3),
    codes: Int32Array.of(1, 0, 0),
  } as const;
  expect(Array.from(codesOf(tags))).toEqual([1, -1, 0]);
});
