import { expect, test } from "vitest";
import {
  differences,
  extremes,
  inColumns,
  NOTHING,
  placeOf,
  type Spread,
  stripOf,
  valueScale,
} from "./strip";
import { timeScale } from "./time_scale";

const spread = (...rows: (readonly [number, number, number])[]): Spread => ({
  low: Float32Array.from(rows, ([low]) => low),
  mean: Float32Array.from(rows, ([, mean]) => mean),
  high: Float32Array.from(rows, ([, , high]) => high),
});
const flat = (...values: number[]) => spread(...values.map((value) => [value, value, value] as const));

test("the series of one place among those that were asked for", () => {
  const [statistics, buckets, places] = [2, 3, 4];
  const values = Float32Array.from({ length: statistics * buckets * 3 * places }, (_, i) => i);
  const edges = { edges: new Int32Array(4), steps: new Int32Array(4), times: new Float64Array(4) };
  const strip = stripOf({ ...edges, buckets, places, values }, 1);
  // [statistic, bucket, least / mean / greatest, place] in order of the rows of an array.
  const at = (s: number, b: number, w: number) => ((s * buckets + b) * 3 + w) * places + 1;
  expect(Array.from(strip.statistics[1]?.mean ?? [])).toEqual([0, 1, 2].map((b) => at(1, b, 1)));
  expect(Array.from(strip.statistics[0]?.high ?? [])).toEqual([0, 1, 2].map((b) => at(0, b, 2)));
  expect(strip.statistics.length).toBe(2);
});

test("a leap of one bucket among thousands is in a column at every zoom", () => {
  const count = 5000;
  const values = flat(...Array(count).fill(1));
  values.high[3210] = 50;
  const times = Float64Array.from({ length: count + 1 }, (_, i) => i);
  for (const [from, to, width] of [
    [0, 5000, 700],
    [3000, 3500, 700],
    [3209, 3212, 700],
    [0, 5000, 3],
  ] as const) {
    expect(Math.max(...extremes(inColumns(times, values, timeScale(from, to, width), width)))).toBe(50);
  }
});

test("columns have the mean of their buckets, and gaps where nothing was logged", () => {
  const values = spread([0, 1, 2], [Number.NaN, Number.NaN, Number.NaN], [4, 5, 9]);
  const columns = inColumns(Float64Array.of(0, 1, 2, 3), values, timeScale(0, 4, 4), 4);
  expect(Array.from(columns.mean)).toEqual([1, Number.NaN, 5, Number.NaN]);
  const one = inColumns(Float64Array.of(0, 1, 2, 3), values, timeScale(0, 3, 1), 1);
  expect([one.low[0], one.mean[0], one.high[0]]).toEqual([0, 3, 9]);
});

test("a strip shows what is furthest from zero", () => {
  expect(Array.from(extremes(spread([-5, 0, 2], [-1, 0, 3])))).toEqual([-5, 3]);
});

test("scales: around zero, from zero, and orders of magnitude", () => {
  const values = flat(-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY);
  expect(valueScale([values], "signed", true)).toEqual({ kind: "signed", from: -1, to: 1 });
  expect(valueScale([flat(2, 5)], "linear", true)).toEqual({ kind: "linear", from: 0, to: 5 });
  expect(valueScale([flat(2, 5)], "linear", false)).toEqual({ kind: "linear", from: 2, to: 5 });
  // A factor of 1.5 is no order of magnitude, and 1e-30 is not what the others are compared with.
  expect(valueScale([flat(2, 3)], "log", true).from).toBeCloseTo(0.3);
  expect(valueScale([flat(1e-30, 1)], "log", true).from).toBeCloseTo(1e-6);
  expect(valueScale([flat(0, 0)], "log", true).to).toBeGreaterThan(0);
  expect(valueScale([], "linear", true)).toEqual({ kind: "linear", from: 0, to: 1 });
});

test("places on a scale", () => {
  const log = { kind: "log", from: 0.01, to: 1 } as const;
  expect(placeOf(log, 0.1)).toBeCloseTo(0.5);
  expect([1, 7, 0.001, 0].map((value) => placeOf(log, value))).toEqual([1, 1, 0, NOTHING]);
  expect(placeOf(log, Number.NaN)).toBeNaN();
  expect(placeOf({ kind: "signed", from: -2, to: 2 }, -1)).toBe(-0.5);
  expect(placeOf({ kind: "linear", from: 1, to: 3 }, 2)).toBe(0.5);
});

test("a difference is of means, on a logarithmic scale of orders of magnitude", () => {
  const [a, b] = [flat(10, 5, Number.NaN, 0), flat(1, 7, 1, 1)];
  expect(Array.from(differences(a, b, false).mean)).toEqual([9, -2, Number.NaN, -1]);
  const log = differences(a, b, true).mean;
  expect(log[0]).toBeCloseTo(1);
  expect(log[1]).toBeCloseTo(Math.log10(5 / 7));
  expect([log[2], log[3]]).toEqual([Number.NaN, Number.NaN]);
});
