import { describe, expect, it } from "vitest";
import type { Bounds } from "../data/types";
import {
  clipAffine,
  FIT_PADDING,
  fitCamera,
  mixCameras,
  pan,
  pixelsPerUnit,
  sameView,
  toLayout,
  toScreen,
  unionBounds,
  ZOOM_RANGE,
  zoomAt,
} from "./camera";

const SIZE = { width: 800, height: 600 };
const BOUNDS: Bounds = [-4, -1, 6, 3];
const FITTED = fitCamera(BOUNDS, SIZE);

describe("unionBounds", () => {
  it("holds all and leaves out what is no area", () => {
    const bad = [Number.NaN, 0, 1, 1] as Bounds;
    expect(unionBounds([[0, 0, 1, 1], bad, [-2, 0.5, 0, 3], [5, 5, 5, 9]])).toEqual([-2, 0, 1, 3]);
    expect(unionBounds([bad])).toBeNull();
  });
});

describe("fitCamera", () => {
  it("shows all corners inside the padding, touching it on one axis", () => {
    const [left, bottom] = toScreen(FITTED, SIZE, -4, -1);
    const [right, top] = toScreen(FITTED, SIZE, 6, 3);
    expect(left).toBeCloseTo(FIT_PADDING.side, 6);
    expect(right).toBeCloseTo(SIZE.width - FIT_PADDING.side, 6);
    expect(top).toBeGreaterThanOrEqual(FIT_PADDING.top);
    expect(bottom).toBeLessThanOrEqual(SIZE.height - FIT_PADDING.bottom);
  });
  it("centres what is tall between the paddings", () => {
    const camera = fitCamera([0, 0, 1, 10], SIZE);
    expect(toScreen(camera, SIZE, 0, 10)[1]).toBeCloseTo(FIT_PADDING.top, 6);
    expect(toScreen(camera, SIZE, 0, 0)[1]).toBeCloseTo(SIZE.height - FIT_PADDING.bottom, 6);
  });
  it("survives a canvas of no size", () => {
    const camera = fitCamera(BOUNDS, { width: 1, height: 1 });
    expect(Object.values(camera).every(Number.isFinite)).toBe(true);
    expect(camera.zoom).toBeGreaterThan(0);
  });
});

it("has an equal aspect", () => {
  const [x0, y0] = toScreen(FITTED, SIZE, 0, 0);
  expect(toScreen(FITTED, SIZE, 1, 0)[0] - x0).toBeCloseTo(y0 - toScreen(FITTED, SIZE, 0, 1)[1], 9);
});

it("goes to the screen and back", () => {
  const [px, py] = toScreen(FITTED, SIZE, 1.5, -0.25);
  const [x, y] = toLayout(FITTED, SIZE, px, py);
  expect([x, y].map((v) => Number(v.toFixed(9)))).toEqual([1.5, -0.25]);
});

describe("zoomAt", () => {
  it("keeps what is under the pointer", () => {
    const before = toLayout(FITTED, SIZE, 123, 456);
    const camera = zoomAt(FITTED, SIZE, 123, 456, 3, FITTED);
    const after = toLayout(camera, SIZE, 123, 456);
    expect(camera.zoom).toBeCloseTo(3 * FITTED.zoom, 12);
    expect(after[0]).toBeCloseTo(before[0], 9);
    expect(after[1]).toBeCloseTo(before[1], 9);
  });
  it("stops at its limits", () => {
    expect(zoomAt(FITTED, SIZE, 0, 0, 1e9, FITTED).zoom).toBeCloseTo(FITTED.zoom * ZOOM_RANGE.max, 6);
    expect(zoomAt(FITTED, SIZE, 0, 0, 1e-9, FITTED).zoom).toBeCloseTo(FITTED.zoom * ZOOM_RANGE.min, 6);
  });
});

it("pans with the pointer", () => {
  const [x, y] = toScreen(FITTED, SIZE, 0, 0);
  const [dragged, lowered] = toScreen(pan(FITTED, SIZE, 30, 40), SIZE, 0, 0);
  expect(dragged - x).toBeCloseTo(30, 9);
  expect(lowered - y).toBeCloseTo(40, 9);
});

it("clipAffine says the same as toScreen", () => {
  const { scaleX, scaleY, offsetX, offsetY } = clipAffine(FITTED, SIZE, BOUNDS);
  // 0.25, 0.5 of the bounds is (-1.5, 1).
  const [px, py] = toScreen(FITTED, SIZE, -1.5, 1);
  expect(0.25 * scaleX + offsetX).toBeCloseTo((2 * px) / SIZE.width - 1, 9);
  expect(0.5 * scaleY + offsetY).toBeCloseTo(1 - (2 * py) / SIZE.height, 9);
});

it("means the same in a window of another size", () => {
  const double = { width: 1600, height: 1200 };
  expect(pixelsPerUnit(FITTED, double)).toBeCloseTo(2 * pixelsPerUnit(FITTED, SIZE), 9);
});

it("mixes from one to the other and knows when it is there", () => {
  const far = { x: 10, y: 0, zoom: 4 * FITTED.zoom };
  expect(mixCameras(FITTED, far, 0)).toEqual(FITTED);
  expect(mixCameras(FITTED, far, 0.5).zoom).toBeCloseTo(2 * FITTED.zoom, 12);
  expect(sameView(mixCameras(FITTED, far, 1), far, SIZE)).toBe(true);
  expect(sameView(FITTED, far, SIZE)).toBe(false);
});
