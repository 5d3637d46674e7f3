import { expect, test } from "vitest";
import { paintBands } from "./bands";

const HEIGHT = 10;

function column(...shares: number[]): number[] {
  const pixels = new Uint32Array(HEIGHT);
  paintBands(
    pixels,
    1,
    HEIGHT,
    shares.map((share) => [share]),
    shares.map((_, i) => i + 1),
  );
  return Array.from(pixels).reverse();
}

test("each pixel has the highest limit that so many filters are above", () => {
  const shares = [0.9, 0.5, 0.5, 0.1];
  const expected = Array.from({ length: HEIGHT }, (_, y) => shares.filter((share) => 10 * share > y).length);
  expect(column(...shares)).toEqual(expected);
  expect(expected.slice(0, 3)).toEqual([4, 3, 3]);
});

test("no filter at all, all of them, and none logged", () => {
  expect(column(0, 0)).toEqual(Array(HEIGHT).fill(0));
  expect(column(1, 1)).toEqual(Array(HEIGHT).fill(2));
  expect(column(Number.NaN, Number.NaN)).toEqual(Array(HEIGHT).fill(0));
});
