import { expect, test } from "vitest";
import { boxesOf } from "./boxes";
import type { Strip } from "./strip";
import { timeScale } from "./time_scale";

/** Each statistic of each bucket is its number of tens plus the bucket; its least is 1 below, its greatest 1 above. */
function stripOf(buckets: number, gap = -1): Strip {
  const values = (base: number) =>
    Float32Array.from({ length: buckets }, (_, b) => (b === gap ? Number.NaN : base + b));
  const statistics = [0, 10, 20, 30, 40, 25].map((base) => ({
    low: values(base - 1),
    mean: values(base),
    high: values(base + 1),
  }));
  const times = Float64Array.from({ length: buckets + 1 }, (_, i) => i);
  return { times, steps: new Int32Array(buckets + 1), edges: new Int32Array(buckets + 1), statistics };
}

test("a box has the ends of all of its rows, and the means of their quartiles", () => {
  const boxes = boxesOf(stripOf(4), timeScale(0, 4, 20), 2);
  expect(boxes).toEqual([
    { first: 0, end: 1, least: -1, lower: 10.5, median: 20.5, upper: 30.5, greatest: 42, mean: 25.5 },
    { first: 1, end: 2, least: 1, lower: 12.5, median: 22.5, upper: 32.5, greatest: 44, mean: 27.5 },
  ]);
});

test("a bucket wider than a box is one box", () => {
  const boxes = boxesOf(stripOf(2), timeScale(0, 2, 20), 8);
  expect(boxes.map(({ first, end }) => [first, end])).toEqual([
    [0, 4],
    [4, 8],
  ]);
});

test("nothing is drawn where nothing was logged, or of fewer statistics", () => {
  expect(boxesOf(stripOf(3, 1), timeScale(0, 3, 20), 3).map(({ first }) => first)).toEqual([0, 2]);
  expect(boxesOf({ ...stripOf(3), statistics: [] }, timeScale(0, 3, 20), 3)).toEqual([]);
});
