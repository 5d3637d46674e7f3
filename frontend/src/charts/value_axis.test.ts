import { expect, test } from "vitest";
import { timeScale } from "./time_scale";
import { axisDomain, finiteRange, nearestIndex, seriesPath, tickText, valueTicks } from "./value_axis";

const { NaN: NONE } = Number;

test("the range is of what is finite", () => {
  expect(finiteRange([[NONE, 2, Number.POSITIVE_INFINITY], [-1]])).toEqual([-1, 2]);
  expect(finiteRange([[NONE]])).toBeNull();
});

test("an axis shows no less than it is told, and nothing beyond the bounds but air", () => {
  const [low, high] = axisDomain([0.99, 1], 0.2, [0, 1]);
  expect(low).toBeCloseTo(0.8 - 0.016);
  expect(high).toBeCloseTo(1.016);
  expect(axisDomain([-2, 2], 0.5)).toEqual([-2.32, 2.32]);
  expect(axisDomain(null, 0.5)[0]).toBeLessThan(axisDomain(null, 0.5)[1]);
});

test("there are two or three ticks, whatever the span", () => {
  for (let power = -6; power < 6; power++) {
    for (const factor of [1, 1.3, 1.9, 2.7, 4.2, 6.6, 9.9]) {
      for (const start of [0, -0.35, 0.77]) {
        const span = factor * 10 ** power;
        const ticks = valueTicks([start * span, (start + 1) * span]);
        expect(ticks.length, `${start} ${span}`).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(3);
        for (const tick of ticks) {
          expect(tick).toBeGreaterThanOrEqual((start - 1e-6) * span);
          expect(tick).toBeLessThanOrEqual((start + 1 + 1e-6) * span);
        }
      }
    }
  }
  expect(valueTicks([-0.16, 2.16])).toEqual([0, 1, 2]);
  expect(valueTicks([0.784, 1.016])).toEqual([0.8, 0.9, 1]);
});

test("ticks are told apart", () => {
  expect([0, 0.5, 1].map((tick) => tickText(tick, [0, 0.5, 1]))).toEqual(["0.0", "0.5", "1.0"]);
  expect([-2, 0, 2].map((tick) => tickText(tick, [-2, 0, 2]))).toEqual(["−2", "0", "2"]);
  expect([0.25, 0.5].map((tick) => tickText(tick, [0.25, 0.5]))).toEqual(["0.25", "0.50"]);
  expect(tickText(20_000, [20_000, 40_000])).toBe("2e+4");
});

test("what is missing is a gap, and a point alone can be seen", () => {
  const scale = timeScale(0, 4, 40);
  const path = seriesPath([0, 1, 2, 3, 4], [1, 2, NONE, 4, NONE], scale, (value) => value);
  expect(path).toBe("M0.0,1.0L10.0,2.0M29.0,4.0h2");
  expect(seriesPath([], [], scale, (value) => value)).toBe("");
});

test("of many points each pixel keeps its extremes", () => {
  const times = Array.from({ length: 1000 }, (_, i) => i);
  const values = times.map((t) => (t === 500 ? 99 : t % 2));
  const path = seriesPath(times, values, timeScale(0, 1000, 10), (value) => value);
  expect(path).toContain(",99.0");
  expect(path.match(/[ML]/g)?.length).toBeLessThan(40);
});

test("the nearest time", () => {
  expect([-5, 1.4, 1.5, 9].map((time) => nearestIndex([0, 1, 2], time))).toEqual([0, 1, 1, 2]);
  expect(nearestIndex([], 0)).toBe(-1);
});
