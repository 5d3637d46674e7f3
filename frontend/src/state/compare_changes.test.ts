import { expect, it } from "vitest";
import { makeFrame } from "../data/codec.fixture";
import { FLAG_NOT_PLACED, type FrameData } from "../data/types";
import { largest, NEIGHBOURS, neighbourhoodChanges } from "./compare_changes";

function cloud(n: number, seed: number, lost: readonly number[] = []): FrameData {
  let state = seed;
  const next = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  // Half of it in a dense heap, so that cells of the grid are very unequally full.
  const frame = makeFrame(
    Array.from({ length: n }, (_, i) => {
      const narrow = i % 2 === 0 ? 0.02 : 1;
      return [narrow * next(), narrow * next(), 0] as const;
    }),
  );
  for (const i of lost) frame.flags[i] = FLAG_NOT_PLACED;
  return frame;
}

function all(a: FrameData, b: FrameData): Float32Array {
  const run = neighbourhoodChanges(a, b, 7);
  for (let step = run.next(); ; step = run.next()) if (step.done) return step.value;
}

/** Every distance, sorted. */
function slowly(a: FrameData, b: FrameData): number[] {
  const both = [...a.flags.keys()].filter((i) => a.flags[i] === 0 && b.flags[i] === 0);
  const nearest = ({ positions: p }: FrameData, i: number) => {
    const distance = (j: number) =>
      Math.hypot(
        (p[2 * i] as number) - (p[2 * j] as number),
        (p[2 * i + 1] as number) - (p[2 * j + 1] as number),
      );
    return both
      .filter((j) => j !== i)
      .sort((j, k) => distance(j) - distance(k) || j - k)
      .slice(0, NEIGHBOURS);
  };
  return [...a.flags.keys()].map((i) => {
    if (!both.includes(i)) return Number.NaN;
    const [here, there] = [nearest(a, i), new Set(nearest(b, i))];
    return 1 - here.filter((j) => there.has(j)).length / here.length;
  });
}

it("is as counted over all distances, with samples that are on one map only left out", () => {
  const [a, b] = [cloud(300, 5, [3, 4]), cloud(300, 6, [4, 200])];
  const [fast, slow] = [all(a, b), slowly(a, b)];
  for (const [i, value] of slow.entries()) {
    if (Number.isNaN(value)) expect(fast[i]).toBeNaN();
    else expect(fast[i]).toBeCloseTo(value, 6);
  }
  expect(new Set(slow).size).toBeGreaterThan(3);
});

it("is nothing between a map and itself, however it is stretched over its bounds", () => {
  const a = cloud(200, 9);
  expect(Math.max(...all(a, { ...a, bounds: [5, 5, 9, 9] }))).toBe(0);
});

it("is told of two samples, of one, and of none", () => {
  for (const n of [0, 1, 2]) expect(all(cloud(n, 2), cloud(n, 3)).length).toBe(n);
});

it("ranks the largest first and leaves out what is not known", () => {
  expect(largest(Float32Array.of(0.2, Number.NaN, 0.9, 0.2, 0.5), 4)).toEqual([2, 4, 0, 3]);
});
