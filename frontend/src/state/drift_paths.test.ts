import { expect, test } from "vitest";
import { FLAG_NOT_PLACED, type FrameData } from "../data/types";
import { CentreCache, classCentres, driftPaths, MOST_PIECES } from "./drift_paths";

function frame(positions: number[], flags: number[]): FrameData {
  const count = flags.length;
  return {
    step: 0,
    count,
    bounds: [10, 0, 20, 1],
    positions: Uint16Array.from(positions),
    prediction: new Uint16Array(count),
    confidence: new Uint8Array(count),
    flags: Uint8Array.from(flags),
    kept: new Uint8Array(count),
  };
}

test("a centre is the mean place of the class's samples that have one", () => {
  const made = frame([0, 0, 65_535, 65_535, 65_535, 0, 9, 9], [0, 0, FLAG_NOT_PLACED, 0]);
  expect([...classCentres(made, Int32Array.of(0, 0, 0, -1), 2)]).toEqual([15, 0.5, Number.NaN, Number.NaN]);
});

test("centres are computed once, and anew for other labels", () => {
  const cache = new CentreCache();
  const labels = Int32Array.of(0);
  const first = cache.at("a", frame([0, 0], [0]), labels, 1);
  expect(cache.at("a", undefined, labels, 1)).toBe(first);
  expect(cache.at("b", undefined, labels, 1)).toBeNull();
  expect(cache.at("a", undefined, Int32Array.of(0), 1)).toBeNull();
});

test("a path goes up to now, with a gap where a frame is missing", () => {
  const centres = (i: number) => (i === 1 ? null : Float64Array.of(i, 0, Number.NaN, Number.NaN));
  const [path, ...others] = driftPaths(3.5, 2, (i) => (i > 4 ? null : centres(i)));
  expect(others).toEqual([]);
  expect(path?.pieces.map(({ from, to }) => [from[0], to[0]])).toEqual([
    [2, 3],
    [3, 3.5],
  ]);
  expect(path?.now).toEqual([3.5, 0]);
  expect(path?.pieces.at(-1)?.age).toBe(1);
});

test("long runs are thinned, and the newest frame stays", () => {
  const [path] = driftPaths(1000, 1, (i) => Float64Array.of(i, 0));
  expect(path?.pieces.length).toBeLessThanOrEqual(MOST_PIECES);
  expect(path?.now[0]).toBe(1000);
  expect(driftPaths(0, 1, () => Float64Array.of(1, 2))[0]?.pieces).toEqual([]);
});
