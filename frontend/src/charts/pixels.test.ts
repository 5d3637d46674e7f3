import { describe, expect, it, test } from "vitest";
import { mapColours } from "../theme/colour_maps";
import { deficientViews, deltaE, hexToLinear, linearToLab } from "../theme/colour_space";
import { PAGE } from "../theme/palettes";
import { answerWords, BLANK, fillRows, HATCHED, mapWords, wordOf } from "./pixels";

const bytesOf = (word: number) => [...new Uint8Array(Uint32Array.of(word).buffer)];

test("a word has the bytes of an opaque pixel", () => {
  expect(bytesOf(wordOf("#12abef"))).toEqual([0x12, 0xab, 0xef, 255]);
  expect(mapWords("diverging", true)[255]).toBe(wordOf(mapColours("diverging", true)[255] as string));
});

describe("a line down several rows", () => {
  const [red, grey] = [wordOf("#ff0000"), wordOf("#888888")];
  const line = new Uint32Array(13).fill(HATCHED);
  line.set([red, BLANK]);
  const out = new Uint32Array(13 * 8).fill(7);
  fillRows(out, line, 1, 6, grey);
  const rows = Array.from({ length: 8 }, (_, y) => [...out.subarray(13 * y, 13 * (y + 1))]);

  it("is within those rows alone", () => {
    expect(rows[0]?.every((word) => word === 7)).toBe(true);
    expect(rows[7]?.every((word) => word === 7)).toBe(true);
    expect(rows.slice(1, 7).map((row) => row.slice(0, 2))).toEqual(Array(6).fill([red, BLANK]));
  });
  it("is hatched where nothing was seen: some pixels of each row, not those of the row above", () => {
    for (let y = 1; y < 7; y++) {
      const [at, above] = [rows[y] as number[], rows[y - 1] as number[]];
      const drawn = at.flatMap((word, x) => (word === grey ? [x] : []));
      expect(drawn.length).toBeGreaterThan(0);
      expect(drawn.length).toBeLessThan(5);
      expect(drawn.every((x) => above[x] !== grey)).toBe(true);
      expect(at).not.toContain(HATCHED);
    }
  });
});

test.each([false, true])("right, wrong and the page differ for all eyes (dark: %s)", (dark) => {
  const hex = (word: number) =>
    `#${bytesOf(word)
      .slice(0, 3)
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("")}`;
  const paint = answerWords(dark);
  const eyes = [
    (colour: string) => hexToLinear(colour),
    (colour: string) => deficientViews(hexToLinear(colour))[0] as ReturnType<typeof hexToLinear>,
    (colour: string) => deficientViews(hexToLinear(colour))[1] as ReturnType<typeof hexToLinear>,
  ];
  for (const eye of eyes) {
    const lab = (colour: string) => linearToLab(eye(colour));
    const [right, wrong] = [lab(hex(paint.right)), lab(hex(paint.wrong))];
    const paper = lab(PAGE[dark ? "dark" : "light"].paper);
    expect(deltaE(right, wrong)).toBeGreaterThan(40);
    expect(deltaE(right, paper)).toBeGreaterThan(15);
    expect(Math.abs(right[0] - wrong[0]), "without hue").toBeGreaterThan(10);
  }
});
