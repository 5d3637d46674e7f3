import { describe, expect, it } from "vitest";
import { makeFrame, makeLandscape } from "../data/codec.fixture";
import { FLAG_NOT_PLACED, UNKNOWN_CLASS } from "../data/types";
import {
  IDENTITY,
  moveBounds,
  moveFrame,
  moveLandscape,
  places,
  procrustes,
  type Similarity,
} from "./compare_align";

/** Deterministic numbers in 0 .. 1 (the minimal standard generator). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

function cloud(n: number, seed: number): Float64Array {
  const next = random(seed);
  return Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? 3 : 1) * next());
}

function apply(s: Similarity, from: Float64Array): Float64Array {
  return from.map((_, i) => {
    const [x, y] = [from[i - (i % 2)] as number, from[i - (i % 2) + 1] as number];
    return i % 2 === 0 ? s.xx * x + s.xy * y + s.x : s.yx * x + s.yy * y + s.y;
  });
}

function squares(p: Float64Array, q: Float64Array): number {
  return p.reduce((sum, value, i) => sum + (value - (q[i] as number)) ** 2, 0);
}

const ZERO = (all: Float64Array) => all.map(() => 0);

function centred(all: Float64Array): Float64Array {
  const n = all.length / 2;
  const mean = [0, 1].map((k) => all.reduce((sum, v, i) => (i % 2 === k ? sum + v / n : sum), 0));
  return all.map((v, i) => v - (mean[i % 2] as number));
}

/** Least squared distances over a fine grid of turns, mirrored or not: brought to one size, and at the best scale. */
function searched(
  source: Float64Array,
  target: Float64Array,
): { readonly sized: number; readonly scaled: number } {
  const [p, q] = [centred(source), centred(target)];
  const size = Math.sqrt(squares(q, ZERO(q)) / squares(p, ZERO(p)));
  let [sized, scaled] = [Infinity, Infinity];
  for (const sign of [1, -1]) {
    for (let k = 0; k < 1800; k++) {
      const [c, d] = [Math.cos((k * Math.PI) / 900), Math.sin((k * Math.PI) / 900)];
      const turned = apply({ xx: c, xy: -sign * d, yx: d, yy: sign * c, x: 0, y: 0 }, p);
      const scale = turned.reduce((sum, v, i) => sum + v * (q[i] as number), 0) / squares(p, ZERO(p));
      sized = Math.min(
        sized,
        squares(
          turned.map((v) => size * v),
          q,
        ),
      );
      scaled = Math.min(
        scaled,
        squares(
          turned.map((v) => Math.max(0, scale) * v),
          q,
        ),
      );
    }
  }
  return { sized, scaled };
}

describe("procrustes", () => {
  it.each([1, -1])("undoes a turn, a scale and a shift exactly, mirrored: %i", (sign) => {
    const source = cloud(40, 3);
    const [c, d] = [1.7 * Math.cos(2.1), 1.7 * Math.sin(2.1)];
    const target = apply({ xx: c, xy: -sign * d, yx: d, yy: sign * c, x: 5, y: -2 }, source);
    const fit = procrustes(source, target);
    expect(fit?.r2).toBeCloseTo(1, 12);
    expect(squares(apply(fit?.similarity ?? IDENTITY, source), target)).toBeLessThan(1e-18);
  });

  it.each([11, 12, 13])("is as near as the nearest of all turns (seed %i)", (seed) => {
    const source = cloud(25, seed);
    const noise = cloud(25, seed + 100);
    const target = apply({ xx: -0.4, xy: 0.9, yx: 0.9, yy: 0.4, x: 1, y: 1 }, source).map(
      (v, i) => v + 0.8 * (noise[i] as number),
    );
    const fit = procrustes(source, target);
    const left = squares(apply(fit?.similarity ?? IDENTITY, source), target);
    const { sized, scaled } = searched(source, target);
    expect(left).toBeLessThanOrEqual(sized + 1e-9);
    expect(left).toBeGreaterThan(0.99 * sized);
    const scatter = squares(centred(target), ZERO(target));
    expect(fit?.r2).toBeCloseTo(1 - scaled / scatter, 4);
  });

  it("leaves pairs without a place out, and needs three others in more than one place", () => {
    const source = Float64Array.of(0, 0, 1, 0, 0, 1, Number.NaN, 5, 7, 7);
    const target = Float64Array.of(0, 0, 0, 2, -2, 0, 9, 9, Number.NaN, 7);
    const fit = procrustes(source, target);
    expect(fit).toMatchObject({ pairs: 3, similarity: { xx: expect.closeTo(0), yx: expect.closeTo(2) } });
    expect(procrustes(source.subarray(0, 4), target.subarray(0, 4))).toBeNull();
    expect(procrustes(new Float64Array(8), cloud(4, 1))).toBeNull();
  });
});

const QUARTER: Similarity = { xx: 0, xy: -2, yx: 2, yy: 0, x: 10, y: 0 };

describe("what is moved", () => {
  it("is a frame: places to a quantum, rows and classes as they are matched", () => {
    const frame = makeFrame([
      [0.25, 0.5, 1],
      [1, 0, 0],
      [0, 1, 2],
    ]);
    const moved = moveFrame(
      frame,
      { rows: Int32Array.of(2, -1, 0), classes: Uint16Array.of(5, 6, UNKNOWN_CLASS) },
      QUARTER,
    );
    const at = places(moved);
    expect([at[0], at[1], at[4], at[5]].map((v) => Number(v?.toFixed(3)))).toEqual([8, 0, 9, 0.5]);
    expect([...moved.prediction]).toEqual([UNKNOWN_CLASS, UNKNOWN_CLASS, 6]);
    expect((moved.flags[1] as number) & FLAG_NOT_PLACED).toBe(FLAG_NOT_PLACED);
    expect(at[2]).toBeNaN();
  });

  it("is an extent: all that an ellipse in it can hold", () => {
    expect(moveBounds([0, 0, 2, 1], QUARTER)).toEqual([8, 0, 10, 4]);
    const turned = moveBounds([-1, -1, 1, 1], {
      ...IDENTITY,
      xx: Math.SQRT1_2,
      xy: -Math.SQRT1_2,
      yx: Math.SQRT1_2,
      yy: Math.SQRT1_2,
    });
    expect(turned[2]).toBeCloseTo(1, 12);
  });

  it("is a landscape: what was at a place is where that place went", () => {
    const size = 64;
    // Class by quarter, as certain as far up.
    const landscape = makeLandscape(size, (c, r) => [
      (c >= size / 2 ? 1 : 0) + (r >= size / 2 ? 2 : 0),
      200,
      255,
    ]);
    const moved = moveLandscape(landscape, null, QUARTER);
    expect(moved.bounds).toEqual([8, 0, 10, 2]);
    const cellAt = (x: number, y: number) => {
      const [px, py] = [QUARTER.xy * y + QUARTER.x, QUARTER.yx * x];
      const [x0, y0, x1, y1] = moved.bounds;
      const [c, r] = [Math.floor(((px - x0) / (x1 - x0)) * size), Math.floor(((py - y0) / (y1 - y0)) * size)];
      return moved.cells.subarray(4 * (r * size + c), 4 * (r * size + c) + 4);
    };
    for (const [x, y, of] of [
      [0.3, 0.3, 0],
      [0.7, 0.3, 1],
      [0.3, 0.7, 2],
      [0.7, 0.7, 3],
    ] as const) {
      expect([...cellAt(x, y)]).toEqual([of, 0, 200, 255]);
    }
    expect(moveLandscape(landscape, Uint16Array.of(9, 9, 9, UNKNOWN_CLASS), QUARTER).cells[0]).toBe(9);
    // It ends before its edge, which would be a line across the picture once it is turned.
    expect(cellAt(0.001, 0.5)[2]).toBeLessThan(4);
  });
});
