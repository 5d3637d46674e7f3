import { expect, test } from "vitest";
import type { Series } from "../data/training_types";
import { rateSegments, rateText } from "./learning_rate";

/** Rates of one group, one bucket each. */
function series(rates: readonly number[]): Series {
  const edges = Int32Array.from({ length: rates.length + 1 }, (_, i) => i);
  const values = Float32Array.from(rates.flatMap((rate) => [rate, rate, rate]));
  return { edges, steps: edges, times: Float64Array.from(edges), buckets: rates.length, places: 1, values };
}

test("a rate that drops is two pieces, and rounding none", () => {
  const pieces = rateSegments(series([0.1, 0.1 * (1 + 1e-8), 0.01, 0.01]), 0);
  expect(pieces.map(({ from, to }) => [from, to])).toEqual([
    [0, 2],
    [2, 4],
  ]);
  expect(pieces.map(({ first }) => rateText(first))).toEqual(["0.1", "0.01"]);
});

test("a schedule that rises and falls keeps its peak", () => {
  const rates = Array.from({ length: 200 }, (_, i) => 0.1 * Math.sin((Math.PI * (i + 0.5)) / 200));
  const pieces = rateSegments(series(rates), 0);
  expect(pieces.length).toBeLessThanOrEqual(60);
  expect(Math.max(...pieces.map(({ last }) => last))).toBeGreaterThan(0.0999);
  expect([pieces[0]?.from, pieces.at(-1)?.to]).toEqual([0, 200]);
});

test("a drop within a bucket is a slope from one rate to the other, not a third rate", () => {
  const dropped = series([0.1, 0.055, 0.01]);
  dropped.values.set([0.01, 0.055, 0.1], 3);
  const pieces = rateSegments(dropped, 0).map(({ first, last }) => [first, last].map(rateText));
  expect(pieces).toEqual([
    ["0.1", "0.1"],
    ["0.1", "0.01"],
    ["0.01", "0.01"],
  ]);
});

test("steps without a rate belong to no piece", () => {
  expect(rateSegments(series([Number.NaN, 0.5]), 0).map(({ from, to }) => [from, to])).toEqual([[1, 2]]);
  expect(rateSegments(series([]), 0)).toEqual([]);
});

test("rates as people write them", () => {
  expect([0, 0.1, 3e-4, 1e-5, 2].map(rateText)).toEqual(["0", "0.1", "3e-4", "1e-5", "2"]);
});
