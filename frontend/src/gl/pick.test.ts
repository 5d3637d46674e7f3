import { describe, expect, it } from "vitest";
import { random } from "../analysis/random.fixture";
import { makeFrame } from "../data/codec.fixture";
import { PICK_RADIUS, pickSample } from "./pick";

/** Clip space over a unit square: 0 .. 1 to -1 .. 1, on a canvas of 200 x 200 pixels. */
const affine = { scaleX: 2, scaleY: 2, offsetX: -1, offsetY: -1 };
const half = [100, 100] as const;
const at = (x: number, y: number) => [2 * x - 1, 2 * y - 1] as const;

const from = makeFrame([
  [0.1, 0.1, 0],
  [0.5, 0.5, 1],
  [0.9, 0.9, 2, 2],
]);
const to = makeFrame([
  [0.9, 0.1, 0],
  [0.5, 0.5, 1],
  [0.3, 0.9, 2],
]);
const all = () => true;
const scene = (mix: number) => ({
  from,
  to,
  fromAffine: affine,
  toAffine: affine,
  mix,
});

describe("pickSample", () => {
  it("finds samples where they are drawn now", () => {
    expect(pickSample(scene(0), at(0.1, 0.1), half, all)).toBe(0);
    expect(pickSample(scene(0.5), at(0.5, 0.1), half, all)).toBe(0);
    expect(pickSample(scene(0.5), at(0.1, 0.1), half, all)).toBe(-1);
    expect(pickSample(scene(1), at(0.9, 0.1), half, all)).toBe(0);
  });
  it("reaches as far as its radius in pixels", () => {
    const reach = PICK_RADIUS / 200;
    expect(pickSample(scene(0), at(0.5 + 0.95 * reach, 0.5), half, all)).toBe(1);
    expect(pickSample(scene(0), at(0.5 + 1.05 * reach, 0.5), half, all)).toBe(-1);
  });
  it("takes the nearest of two", () => {
    expect(pickSample(scene(0.5), at(0.5, 0.12), half, all)).toBe(0);
  });
  it("leaves hidden ones out", () => {
    expect(pickSample(scene(0), at(0.5, 0.5), half, (i) => i !== 1)).toBe(-1);
  });
  it("finds a sample with one place only at that place", () => {
    expect(pickSample(scene(0.1), at(0.3, 0.9), half, all)).toBe(2);
    expect(pickSample(scene(0.1), at(0.9, 0.9), half, all)).toBe(-1);
  });
  it("finds on a true frame what it finds by computing every place", () => {
    const draw = random(3);
    const many = makeFrame(
      Array.from({ length: 800 }, (_, i) => [draw(), draw(), i % 3, draw() < 0.1 ? 2 : 0] as const),
    );
    const shown = (i: number) => i % 4 !== 0;
    let found = 0;
    for (let k = 0; k < 400; k++) {
      const resting = { from: many, to: many, fromAffine: affine, toAffine: affine, mix: 0 };
      const place = at(draw(), draw());
      const row = pickSample(resting, place, half, k % 2 === 0 ? null : shown);
      // Another object is another frame.
      expect(row).toBe(pickSample({ ...resting, to: { ...many } }, place, half, k % 2 === 0 ? null : shown));
      found += row >= 0 ? 1 : 0;
    }
    expect(found).toBeGreaterThan(100);
  });
});
