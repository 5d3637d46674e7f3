import { expect, test } from "vitest";
import { axisScale, bufferedBands, isOnAxis, nearestStep, pendingBands } from "./axis_scale";

test("the axis spans every step", () => {
  const scale = axisScale([0, 10, 40]);
  expect([scale.low, scale.high]).toEqual([0, 40]);
  expect([0, 10, 40, 99].map(scale.at)).toEqual([0, 0.25, 1, 1]);
  expect([-1, 0.25, 2].map(scale.inverse)).toEqual([0, 10, 40]);
});

test("one step alone lies at the left end", () => {
  const scale = axisScale([5]);
  expect(scale.at(5)).toBe(0);
  expect(axisScale([]).at(3)).toBeGreaterThanOrEqual(0);
});

test("what is farther than half a step from the ends has no place", () => {
  const on = (...steps: number[]) => [3, 5, 9, 19, 25, 26].filter((step) => isOnAxis(steps, step));
  expect(on(10, 20, 30)).toEqual([5, 9, 19, 25, 26]);
  expect(on(0, 10)).toEqual([3, 5, 9]);
  expect(on(5)).toEqual([5]);
  expect(on()).toEqual([]);
});

test("neighbouring frames on the client make one band, a frame alone makes none", () => {
  const scale = axisScale([0, 1, 2, 3, 4]);
  expect(bufferedBands([0, 1, 2, 3, 4], new Set([0, 1, 3]), scale)).toEqual([{ from: 0, to: 0.25 }]);
  expect(bufferedBands([0, 1, 2, 3, 4], new Set([0, 1, 3, 4]), scale)).toEqual([
    { from: 0, to: 0.25 },
    { from: 0.75, to: 1 },
  ]);
});

test("snapshots that wait make one band each run of them, half way to their mapped neighbours", () => {
  const steps = [0, 10, 20, 30, 40];
  const scale = axisScale(steps);
  expect(pendingBands(steps, new Set(), scale)).toEqual([]);
  expect(pendingBands(steps, new Set([10, 20, 40]), scale)).toEqual([
    { from: 0.125, to: 0.625, count: 2 },
    { from: 0.875, to: 1, count: 1 },
  ]);
  expect(pendingBands(steps, new Set(steps), scale)).toEqual([{ from: 0, to: 1, count: 5 }]);
});

test("the nearest step", () => {
  expect(nearestStep([0, 10, 40], 24)).toBe(10);
  expect(nearestStep([0, 10, 40], 26)).toBe(40);
  expect(nearestStep([], 1)).toBeUndefined();
});
