import { expect, test } from "vitest";
import { onClockOf, rowAt, rowSpan } from "./row_span";

/** A log of 10,000 rows in 500 buckets, whose clock goes twice as fast in its second half. */
const EDGES = Int32Array.from({ length: 501 }, (_, i) => 20 * i);
const TIMES = Float64Array.from(EDGES, (row) => (row < 5000 ? row / 100 : 50 + (row - 5000) / 50));

test("a span holds all rows of the window and is not much longer", () => {
  for (let from = 0; from < 140; from += 3.7) {
    for (const length of [0.05, 0.5, 2, 9, 20]) {
      const span = rowSpan(EDGES, TIMES, from, from + length);
      const seen = [...Array(10_000).keys()].filter((row) => {
        const time = row < 5000 ? row / 100 : 50 + (row - 5000) / 50;
        return time >= from && time <= from + length;
      });
      expect(span).not.toBeNull();
      const { start, stop } = span ?? { start: 0, stop: 0 };
      if (seen.length === 0) continue;
      expect(start).toBeLessThanOrEqual(seen[0] as number);
      expect(stop).toBeGreaterThan(seen.at(-1) as number);
      expect(stop - start).toBeLessThan(2.2 * seen.length + 12);
    }
  }
});

test("small pans ask for the same span", () => {
  const spans = new Set<string>();
  for (let from = 30; from < 31; from += 0.01)
    spans.add(JSON.stringify(rowSpan(EDGES, TIMES, from, from + 10)));
  expect(spans.size).toBeLessThanOrEqual(3);
});

test("most of the log is all of it", () => {
  expect(rowSpan(EDGES, TIMES, 0, 149)).toBeNull();
  expect(rowSpan(EDGES, TIMES, 10, 140)).toBeNull();
  expect(rowSpan([0], [0], 0, 1)).toBeNull();
});

test("the row nearest to a time", () => {
  expect([-5, 0, 12.344, 50, 50.02, 150, 999].map((time) => rowAt(EDGES, TIMES, time))).toEqual([
    0, 0, 1234, 5000, 5001, 9999, 9999,
  ]);
});

test("another run's steps on this run's clock, and beyond its end", () => {
  const one = { steps: Int32Array.of(0, 100, 300), times: Float64Array.of(0, 1, 2) };
  expect(Array.from(onClockOf(one, [0, 50, 200, 300, 450]))).toEqual([0, 0.5, 1.5, 2, 3]);
});
