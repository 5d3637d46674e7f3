import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeFrame } from "../data/codec.fixture";
import {
  Bench,
  between,
  COLOURS,
  expectNear,
  faint,
  NEUTRAL,
  NOTHING,
  SIDE,
  scene,
  solid,
  THEME,
} from "./bench.fixture";
import { parseHex } from "./palette_texture";
import type { Panel } from "./panel";
import { DIMMED_ALPHA, FILTERED_ALPHA } from "./point_shaders";

let bench: Bench;
let panel: Panel;
const pixel = (x: number, y: number) => bench.pixel(x, y);

beforeEach(() => {
  bench = new Bench();
  panel = bench.panel;
});

afterEach(() => bench.destroy());

const THREE = makeFrame([
  [0.25, 0.25, 0],
  [0.75, 0.25, 1],
  [0.5, 0.75, 2],
]);

describe("samples", () => {
  it("have their class's colour at their place", () => {
    panel.setSamples(3, 1, Int32Array.of(0, 1, 2));
    panel.uploadFrame("a", THREE);
    bench.render(scene());
    expectNear(pixel(0.25, 0.25), solid(COLOURS[0] as string));
    expectNear(pixel(0.75, 0.25), solid(COLOURS[1] as string));
    expectNear(pixel(0.5, 0.75), solid(COLOURS[2] as string));
    expect(pixel(0.5, 0.5)).toEqual(NOTHING);
  });

  it("lie within their frame's own bounds", () => {
    panel.setSamples(3, 1, Int32Array.of(0, 1, 2));
    panel.uploadFrame("a", THREE);
    const frame = { key: "a", bounds: [0, 0, 0.5, 0.5] as const };
    bench.render(scene({ from: frame, to: frame }));
    expectNear(pixel(0.25, 0.375), solid(COLOURS[2] as string));
  });

  it("are sharp on a screen of double density", () => {
    panel.setSamples(3, 1, Int32Array.of(0, 1, 2));
    panel.uploadFrame("a", THREE);
    bench.render(scene({ pixelRatio: 2 }));
    expect(bench.canvas.width).toBe(2 * SIDE);
    expectNear(pixel(0.75, 0.25), solid(COLOURS[1] as string));
  });

  it("without a label have the predicted class's colour, without either the neutral one", () => {
    panel.setSamples(2, 1, Int32Array.of(-1, -1));
    panel.uploadFrame(
      "a",
      makeFrame([
        [0.25, 0.5, 2],
        [0.75, 0.5, 65535],
      ]),
    );
    bench.render(scene());
    expectNear(pixel(0.25, 0.5), solid(COLOURS[2] as string));
    expectNear(pixel(0.75, 0.5), solid(NEUTRAL));
  });

  it("that are predicted wrongly have a ring in the predicted class's colour, drawn on top", () => {
    panel.setSamples(2, 1, Int32Array.of(1, 0));
    // The second sample is right, lies where the first one's ring is, and comes later in the buffer.
    panel.uploadFrame(
      "a",
      makeFrame([
        [0.5, 0.5, 2],
        [0.53, 0.5, 0],
      ]),
    );
    bench.render(scene());
    expectNear(pixel(0.5, 0.5), solid(COLOURS[1] as string));
    const ring = Array.from({ length: 20 }, (_, i) => pixel(0.5 + i / SIDE, 0.5));
    const [r, g, b] = parseHex(COLOURS[2] as string);
    expect(
      ring.some((p) => Math.hypot((p[0] as number) - r, (p[1] as number) - g, (p[2] as number) - b) < 12),
    ).toBe(true);
  });

  it("whose neighbours the map has torn away are hollow, when asked for", () => {
    panel.setSamples(3, 1, Int32Array.of(0, 1, 2));
    // The third is predicted wrongly as well.
    const frame = makeFrame([
      [0.25, 0.5, 0],
      [0.5, 0.5, 1],
      [0.75, 0.5, 0],
    ]);
    panel.uploadFrame("a", { ...frame, kept: Uint8Array.of(34, 51, 0) });
    bench.render(scene());
    for (const [i, x] of [0.25, 0.5, 0.75].entries()) expectNear(pixel(x, 0.5), solid(COLOURS[i] as string));
    bench.render(scene({ hollowBelow: 38.25 }));
    expectNear(pixel(0.25, 0.5), solid(THEME.paper), 40);
    expectNear(pixel(0.5, 0.5), solid(COLOURS[1] as string));
    expectNear(pixel(0.75, 0.5), solid(THEME.paper), 40);
    const rim = Array.from({ length: 6 }, (_, i) => pixel(0.25 + i / SIDE, 0.5));
    const [r, g, b] = parseHex(COLOURS[0] as string);
    expect(
      rim.some((p) => Math.hypot((p[0] as number) - r, (p[1] as number) - g, (p[2] as number) - b) < 40),
    ).toBe(true);
  });

  it("are hollow in the nearer of two frames, without an upload in between", () => {
    panel.setSamples(1, 2, Int32Array.of(0));
    const frame = makeFrame([[0.5, 0.5, 0]]);
    panel.uploadFrame("a", { ...frame, kept: Uint8Array.of(0) });
    panel.uploadFrame("b", { ...frame, kept: Uint8Array.of(255) });
    const gl = bench.canvas.getContext("webgl2") as WebGL2RenderingContext;
    const uploads = vi.spyOn(gl, "bufferSubData");
    bench.render(between(0.4, { hollowBelow: 38 }));
    expectNear(pixel(0.5, 0.5), solid(THEME.paper), 40);
    bench.render(between(0.6, { hollowBelow: 38 }));
    expectNear(pixel(0.5, 0.5), solid(COLOURS[0] as string));
    expect(uploads).not.toHaveBeenCalled();
  });

  it("whose class is hidden are not drawn at all", () => {
    panel.setSamples(3, 1, Int32Array.of(0, 1, 2));
    panel.uploadFrame("a", THREE);
    bench.graphics.setTheme({ ...THEME, visibility: (i) => (i === 1 ? 0 : 1) });
    bench.render(scene());
    expect(pixel(0.75, 0.25)).toEqual(NOTHING);
    expectNear(pixel(0.25, 0.25), solid(COLOURS[0] as string));
  });

  it("that have no place are not drawn", () => {
    panel.setSamples(2, 1, Int32Array.of(0, 0));
    panel.uploadFrame(
      "a",
      makeFrame([
        [0.25, 0.5, 0, 2],
        [0.75, 0.5, 0, 1],
      ]),
    );
    bench.render(scene());
    expect(pixel(0.25, 0.5)).toEqual(NOTHING);
    expectNear(pixel(0.75, 0.5), solid(COLOURS[0] as string));
  });

  it("under the pointer are larger", () => {
    panel.setSamples(1, 1, Int32Array.of(0));
    panel.uploadFrame("a", makeFrame([[0.5, 0.5, 0]]));
    bench.render(scene());
    expect(pixel(0.5 + 6 / SIDE, 0.5)).toEqual(NOTHING);
    bench.render(scene({ hover: 0 }));
    expect(pixel(0.5 + 6 / SIDE, 0.5)[3]).toBeGreaterThan(200);
  });
});

describe("what is chosen about samples", () => {
  /** The pixels from a sample's centre outwards. */
  const outwards = (x: number, y: number, n = 12) =>
    Array.from({ length: n }, (_, i) => pixel(x + i / SIDE, y));
  const near = (p: number[], hex: string) =>
    Math.hypot(...parseHex(hex).map((v, i) => v - (p[i] as number))) < 40;

  beforeEach(() => {
    panel.setSamples(3, 1, Int32Array.of(0, 1, 2));
    panel.uploadFrame("a", THREE);
  });

  it("rings what is selected in the accent, and dims the others", () => {
    bench.graphics.samples.setMasks(Uint8Array.of(1, 0, 0), null);
    bench.render(scene());
    expectNear(pixel(0.25, 0.25), solid(COLOURS[0] as string));
    expect(outwards(0.25, 0.25).some((p) => near(p, THEME.accent))).toBe(true);
    expect(outwards(0.75, 0.25).some((p) => near(p, THEME.accent))).toBe(false);
    expectNear(pixel(0.75, 0.25), faint(COLOURS[1] as string, DIMMED_ALPHA));
    bench.graphics.samples.setMasks(null, null);
    bench.render(scene());
    expectNear(pixel(0.75, 0.25), solid(COLOURS[1] as string));
    expect(outwards(0.25, 0.25).some((p) => near(p, THEME.accent))).toBe(false);
  });

  it("fades what a filter leaves out, selected or not", () => {
    bench.graphics.samples.setMasks(Uint8Array.of(1, 0, 0), Uint8Array.of(0, 0, 1));
    bench.render(scene());
    expectNear(pixel(0.25, 0.25), faint(COLOURS[0] as string, FILTERED_ALPHA));
    expectNear(pixel(0.75, 0.25), faint(COLOURS[1] as string, FILTERED_ALPHA));
    expectNear(pixel(0.5, 0.75), solid(COLOURS[2] as string));
    expect(bench.graphics.samples.selected).toBe(0);
  });

  it("gives samples colours and sizes of their own, and no rings then", () => {
    panel.uploadFrame("a", { ...THREE, prediction: Uint16Array.of(1, 1, 2) });
    bench.render(scene());
    expect(outwards(0.25, 0.25).some((p) => near(p, COLOURS[1] as string))).toBe(true);
    const colours = Uint8Array.from([...parseHex("#112233"), 255, ...parseHex("#aabbcc"), 128, 0, 0, 0, 0]);
    bench.graphics.samples.setLook({ colours, sizes: Float32Array.of(1, 1, 3) });
    bench.render(scene());
    expectNear(pixel(0.25, 0.25), solid("#112233"));
    expectNear(pixel(0.75, 0.25), faint("#aabbcc", 128 / 255));
    expect(pixel(0.5, 0.75)).toEqual(NOTHING);
    expect(outwards(0.25, 0.25).some((p) => near(p, COLOURS[1] as string))).toBe(false);
    bench.graphics.samples.setLook({ colours: "classes", sizes: Float32Array.of(1, 1, 3) });
    bench.render(scene());
    expectNear(pixel(0.5 + 7 / SIDE, 0.75), solid(COLOURS[2] as string));
    expect(pixel(0.75 + 7 / SIDE, 0.25)).toEqual(NOTHING);
  });

  it("says nothing about a map of other samples", () => {
    bench.graphics.samples.setMasks(Uint8Array.of(1, 0), Uint8Array.of(0, 0));
    bench.graphics.samples.setLook({ colours: new Uint8Array(8), sizes: new Float32Array(2) });
    bench.render(scene());
    for (const [i, [x, y]] of [
      [0.25, 0.25],
      [0.75, 0.25],
      [0.5, 0.75],
    ].entries()) {
      expectNear(pixel(x as number, y as number), solid(COLOURS[i] as string));
    }
  });
});

describe("between two frames", () => {
  beforeEach(() => {
    panel.setSamples(2, 2, Int32Array.of(0, 0));
    panel.uploadFrame(
      "a",
      makeFrame([
        [0.2, 0.5, 0],
        [0.5, 0.1, 0],
      ]),
    );
    panel.uploadFrame(
      "b",
      makeFrame([
        [0.8, 0.5, 1],
        [0.5, 0.9, 0, 2],
      ]),
    );
  });

  it("samples are on the way", () => {
    bench.render(between(0.25));
    expectNear(pixel(0.35, 0.5), solid(COLOURS[0] as string));
    expect(pixel(0.2, 0.5)).toEqual(NOTHING);
    expect(pixel(0.8, 0.5)).toEqual(NOTHING);
  });

  it("predictions switch half way and are not mixed", () => {
    const gap = 4.5 / SIDE;
    bench.render(between(0.49));
    const before = pixel(0.494 + gap, 0.5);
    bench.render(between(0.51));
    const after = pixel(0.506 + gap, 0.5);
    expect(before[3]).toBe(0);
    expect(after[3]).toBeGreaterThan(100);
  });

  it("a sample that has a place in one only stays there and fades", () => {
    bench.render(between(0.5));
    expectNear(pixel(0.5, 0.1), faint(COLOURS[0] as string, 0.5));
    expect(pixel(0.5, 0.5)[3]).toBeGreaterThan(0);
    bench.render(between(1));
    expect(pixel(0.5, 0.1)).toEqual(NOTHING);
  });
});

it("keeps the frames used last when memory is short", () => {
  panel.setSamples(1, 1, Int32Array.of(0));
  const keys = Array.from({ length: 200 }, (_, i) => `k${i}`);
  for (const key of keys) panel.uploadFrame(key, makeFrame([[0.5, 0.5, 0]]));
  expect(panel.hasFrame("k199")).toBe(true);
  expect(panel.hasFrame("k0")).toBe(false);
  expect(panel.freeFrames).toBe(0);
});
