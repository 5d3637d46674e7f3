import { describe, expect, it } from "vitest";
import { makeFrame } from "../data/codec.fixture";
import { boxCorners, type Corner, enclosedRows, Outline } from "./lasso";
import { layoutAffine } from "./placement";

/** Winding by the sum of the angles that the corners are seen under: slow, and nothing like the code under test. */
function seenAllAround(corners: readonly Corner[], x: number, y: number): number {
  let sum = 0;
  for (const [i, [ax, ay]] of corners.entries()) {
    const [bx, by] = corners[(i + 1) % corners.length] as Corner;
    const [px, py, qx, qy] = [ax - x, ay - y, bx - x, by - y];
    sum += Math.atan2(px * qy - py * qx, px * qx + py * qy);
  }
  return Math.round(sum / (2 * Math.PI));
}

/** The same numbers in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("Outline", () => {
  it.each([3, 4, 7, 40, 700])("knows inside from outside of a star-shaped one with %d corners", (n) => {
    const next = random(n);
    const corners = Array.from({ length: n }, (_, i): Corner => {
      const [angle, radius] = [(2 * Math.PI * i) / n, 0.1 + 0.4 * next()];
      return [0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)];
    });
    const outline = new Outline(corners);
    let inside = 0;
    const wrong: Corner[] = [];
    for (let k = 0; k < 1000; k++) {
      const [x, y] = [next(), next()];
      const expected = seenAllAround(corners, x, y) !== 0;
      inside += expected ? 1 : 0;
      if (outline.contains(x, y) !== expected) wrong.push([x, y]);
    }
    expect(wrong).toEqual([]);
    expect(inside).toBeGreaterThan(100);
  });
  it("leaves out what it goes around twice", () => {
    const once: Corner[] = [
      [0, 0],
      [4, 0],
      [4, 4],
      [0, 4],
      [0, 1],
      [3, 1],
      [3, 3],
      [1, 3],
      [1, 0],
    ];
    expect(Math.abs(seenAllAround(once, 2, 2))).toBe(2);
    expect(new Outline(once).contains(2, 2)).toBe(false);
    expect(new Outline(once).contains(3.5, 3.5)).toBe(true);
  });
  it("has nothing inside when it has no area, or no corners", () => {
    expect(new Outline([]).contains(0, 0)).toBe(false);
    expect(new Outline([[0.5, 0.5]]).contains(0.5, 0.5)).toBe(false);
    expect(
      new Outline([
        [0, 0.5],
        [1, 0.5],
      ]).contains(0.5, 0.5),
    ).toBe(false);
  });
});

describe("enclosedRows", () => {
  const from = makeFrame([
    [0.1, 0.1, 0],
    [0.5, 0.5, 1],
    [0.9, 0.9, 2, 2],
    [0.9, 0.1, 0, 2],
  ]);
  const to = makeFrame([
    [0.9, 0.1, 0],
    [0.5, 0.5, 1],
    [0.5, 0.6, 2],
    [0.9, 0.1, 0, 2],
  ]);
  const at = (mix: number) => ({
    from,
    to,
    fromAffine: layoutAffine(from),
    toAffine: layoutAffine(to),
    mix,
  });
  const box = (x0: number, y0: number, x1: number, y1: number) => boxCorners([x0, y0], [x1, y1]);
  const all = () => true;
  it("takes samples where they are drawn at the time shown", () => {
    expect([...enclosedRows(at(0), box(0, 0, 0.2, 0.2), all)]).toEqual([0]);
    expect([...enclosedRows(at(0.5), box(0, 0, 0.2, 0.2), all)]).toEqual([]);
    expect([...enclosedRows(at(0.5), box(0.6, 0.7, 0.4, 0), all)]).toEqual([0, 1, 2]);
  });
  it("leaves out what is not shown", () => {
    expect([...enclosedRows(at(0.5), box(0, 0, 1, 1), (i) => i !== 1)]).toEqual([0, 2]);
  });
});

it("encloses on a true frame what it encloses by computing every place", () => {
  const next = random(11);
  const many = makeFrame(
    Array.from({ length: 2000 }, (_, i) => [next(), next(), i % 3, next() < 0.1 ? 2 : 0] as const),
  );
  const affine = { scaleX: 3, scaleY: -2, offsetX: -1, offsetY: 0.4 };
  const scene = { from: many, to: many, fromAffine: affine, toAffine: affine, mix: 0 };
  const corners = Array.from({ length: 15 }, (_, i): Corner => {
    const angle = (2 * Math.PI * i) / 15;
    return [0.5 + (0.2 + next()) * Math.cos(angle), -0.6 + (0.2 + next()) * Math.sin(angle)];
  });
  for (const shown of [null, (i: number) => i % 4 !== 0]) {
    const rows = enclosedRows(scene, corners, shown);
    expect(rows).toEqual(enclosedRows({ ...scene, to: { ...many } }, corners, shown));
    expect(rows.length).toBeGreaterThan(200);
    expect(rows.length).toBeLessThan(1800);
  }
});
