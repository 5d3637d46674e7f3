import { expect, test } from "vitest";
import { makeFrame } from "../data/codec.fixture";
import type { Bounds, FrameData } from "../data/types";
import { gridOf, PlaneGrid } from "./plane_grid";
import { random } from "./random.fixture";

/** All distances, sorted. */
function slowly({ bounds: [x0, y0, x1, y1], positions, flags, count }: FrameData, row: number, k: number) {
  const at = (i: number, axis: 0 | 1) =>
    (positions[2 * i + axis] as number) * (axis === 0 ? x1 - x0 : y1 - y0);
  const others = [...Array(count).keys()].filter((i) => i !== row && ((flags[i] as number) & 2) === 0);
  const far = (i: number) => (at(i, 0) - at(row, 0)) ** 2 + (at(i, 1) - at(row, 1)) ** 2;
  return others.sort((p, q) => far(p) - far(q) || p - q).slice(0, k);
}

function frameOf(seed: number, count: number, bounds: Bounds, coarse = 0): FrameData {
  const draw = random(seed);
  const place = () => {
    // Clumps with empty plane between them, and with `coarse` many samples at one place.
    const value = draw() < 0.5 ? draw() * 0.1 : 0.8 + draw() * 0.2;
    return coarse === 0 ? value : Math.round(value * coarse) / coarse;
  };
  return makeFrame(
    Array.from({ length: count }, () => [place(), place(), 0, draw() < 0.1 ? 2 : 0] as const),
    { bounds },
  );
}

test.each([
  [1, 300, [0, 0, 1, 1], 0],
  [2, 300, [-10, 3, 10, 3.5], 0],
  [3, 257, [0, 0, 1, 2], 8],
  [4, 5, [0, 0, 1, 1], 0],
] as const)("finds what sorting all distances finds (%i)", (seed, count, bounds, coarse) => {
  const frame = frameOf(seed, count, bounds, coarse);
  const grid = new PlaneGrid(frame);
  for (let row = 0; row < count; row++) {
    const placed = ((frame.flags[row] as number) & 2) === 0;
    expect(grid.nearest(row, 15)).toEqual(placed ? slowly(frame, row, 15) : []);
  }
});

test("a map whose width is nothing still has an order", () => {
  const frame = frameOf(5, 60, [2, 0, 2, 1]);
  const row = frame.flags.indexOf(0);
  expect(gridOf(frame).nearest(row, 4)).toEqual(slowly(frame, row, 4));
  expect(gridOf(frame)).toBe(gridOf(frame));
});
