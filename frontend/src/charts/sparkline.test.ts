import { expect, test } from "vitest";
import { areaPath, extent, linePath, type Point, valueAt, verticalScale } from "./sparkline";

const POINTS: readonly Point[] = [
  { x: 0, y: 0.2 },
  { x: 1, y: 0.6 },
  { x: 2, y: null },
  { x: 4, y: 1 },
  { x: 8, y: 0.5 },
];
const same = (v: number) => v;

test("a gap breaks the line instead of dropping it to zero", () => {
  expect(linePath(POINTS, same, same)).toBe("M0,0.2L1,0.6M4,1L8,0.5");
});

test("the area closes on its base", () => {
  expect(areaPath(POINTS.slice(0, 2), same, same, 9)).toBe("M0,0.2L1,0.6L1,9L0,9Z");
});

test("larger values are higher", () => {
  const y = verticalScale([0, 1], { width: 10, height: 50, padding: 5 });
  expect([y(0), y(0.5), y(1)]).toEqual([45, 25, 5]);
});

test("the extent leaves gaps out and is never empty", () => {
  expect(extent(POINTS)).toEqual([0.2, 1]);
  expect(extent([{ x: 0, y: null }])).toEqual([0, 1]);
  expect(extent([{ x: 0, y: 3 }])).toEqual([2.5, 3.5]);
});

test("values between two points lie on the line; beside a gap there is none", () => {
  expect(valueAt(POINTS, 0.5)).toBeCloseTo(0.4);
  expect(valueAt(POINTS, 5)).toBeCloseTo(0.875);
  expect(valueAt(POINTS, 4)).toBe(1);
  expect(valueAt(POINTS, 3)).toBeNull();
  expect(valueAt(POINTS, -1)).toBeNull();
  expect(valueAt(POINTS, 9)).toBeNull();
});
