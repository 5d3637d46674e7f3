import { expect, test } from "vitest";
import { bucketAt, columnsOf, edgesAround, timeScale } from "./time_scale";

test("a narrow bucket between wide ones is in some column at every zoom", () => {
  const edges = Float64Array.of(0, 50, 50.001, 100);
  for (const [from, to, width] of [
    [0, 100, 7],
    [49, 51, 3],
    [50, 100, 1000],
  ] as const) {
    const { first, end } = columnsOf(edges, timeScale(from, to, width), width);
    const columns = Array.from(first, (b, c) => b <= 1 && (end[c] as number) > 1);
    expect(columns.includes(true)).toBe(true);
  }
});

test("what lies outside the log shows nothing", () => {
  const { first, end } = columnsOf(Float64Array.of(10, 20), timeScale(0, 40, 4), 4);
  expect(Array.from(first, (b, c) => (end[c] as number) - b)).toEqual([0, 1, 0, 0]);
  expect([9, 10, 20, 21].map((time) => bucketAt(Float64Array.of(10, 15, 20), time))).toEqual([-1, 0, 1, -1]);
});

test("snapshots reach half way to their neighbours, one alone half a step to either side", () => {
  expect(Array.from(edgesAround([0, 2, 3]))).toEqual([-1, 1, 2.5, 3.5]);
  expect(Array.from(edgesAround([7]))).toEqual([6.5, 7.5]);
  expect(edgesAround([]).length).toBe(1);
});

test("a scale and its inverse", () => {
  const scale = timeScale(5, 9, 200);
  expect([scale.x(5), scale.x(9), scale.time(scale.x(6.3))]).toEqual([0, 200, 6.3]);
});
