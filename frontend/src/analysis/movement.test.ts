import { expect, test } from "vitest";
import { makeFrame } from "../data/codec.fixture";
import type { Bounds, FrameData } from "../data/types";
import { movement, rmsRadius } from "./movement";
import { random } from "./random.fixture";

/** Places as points in the plane; `null`: not placed. */
function points({ bounds, positions, flags, count }: FrameData): ([number, number] | null)[] {
  const [x0, y0, x1, y1] = bounds;
  return Array.from({ length: count }, (_, i) => {
    if (flags[i] === 2) return null;
    const u = (positions[2 * i] as number) / 65535;
    const v = (positions[2 * i + 1] as number) / 65535;
    return [x0 + u * (x1 - x0), y0 + v * (y1 - y0)];
  });
}

function radiusOf(places: readonly ([number, number] | null)[]): number {
  const here = places.filter((place) => place !== null);
  const mean = (axis: 0 | 1) => here.reduce((sum, place) => sum + place[axis], 0) / here.length;
  const [cx, cy] = [mean(0), mean(1)];
  const squares = here.map(([x, y]) => Math.hypot(x - cx, y - cy) ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / here.length);
}

function frameOf(seed: number, bounds: Bounds): FrameData {
  const draw = random(seed);
  return makeFrame(
    Array.from({ length: 40 }, () => [draw(), draw(), 0, draw() < 0.2 ? 2 : 0] as const),
    { bounds },
  );
}

test("is the distance over the later map's radius, whatever the bounds of the two", () => {
  const before = frameOf(1, [-1, 2, 3, 4]);
  const now = frameOf(2, [10, -20, 30, 5]);
  const [p, q] = [points(before), points(now)];
  const radius = radiusOf(q);
  expect(rmsRadius(now)).toBeCloseTo(radius, 9);
  const moved = movement(before, now);
  expect(moved.some(Number.isNaN)).toBe(true);
  for (const [i, value] of moved.entries()) {
    const [a, b] = [p[i], q[i]];
    if (a == null || b == null) expect(value).toBeNaN();
    else expect(value).toBeCloseTo(Math.hypot(a[0] - b[0], a[1] - b[1]) / radius, 4);
  }
});

test("says nothing of a map that is a single point", () => {
  const point = makeFrame([[0.5, 0.5, 0]]);
  expect(movement(point, point)[0]).toBeNaN();
});
