import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFrame } from "../data/codec.fixture";
import { mapColours } from "../theme/colour_maps";
import { Bench, COLOURS, NOTHING, scene } from "./bench.fixture";
import { parseHex } from "./palette_texture";

let bench: Bench;
/** 24 of class 0 on the left, one of class 1 on the right, 6 of both at the top, and a crowd in a corner. */
const crowd = [
  ...Array.from({ length: 24 }, () => [0.25, 0.3, 0] as const),
  [0.75, 0.3, 1] as const,
  ...Array.from({ length: 6 }, (_, i) => [0.5, 0.8, i % 2] as const),
  ...Array.from({ length: 500 }, () => [0, 1, 0] as const),
];

async function draw(density: "classes" | "count"): Promise<void> {
  do {
    bench.render(scene({ density }));
    if (!bench.graphics.laterReady()) await new Promise((resolve) => setTimeout(resolve, 5));
  } while (!bench.graphics.laterReady());
  bench.render(scene({ density }));
}
/** The colour without the premultiplied alpha. */
function colourAt(x: number, y: number): number[] {
  const [r, g, b, a] = bench.pixel(x, y) as [number, number, number, number];
  return [r, g, b].map((value) => (255 * value) / a);
}
const distance = (p: number[], q: number[]) => Math.hypot(...p.map((value, i) => value - (q[i] as number)));

beforeEach(() => {
  bench = new Bench();
  bench.panel.setSamples(
    crowd.length,
    1,
    Int32Array.from(crowd, ([, , label]) => label),
  );
  bench.panel.uploadFrame("a", makeFrame(crowd));
});
afterEach(() => {
  expect(bench.graphics.gl.getError()).toBe(0);
  bench.destroy();
});

describe("density", () => {
  it("is stronger where more samples lie, and nothing where none does", async () => {
    await draw("classes");
    const [many, one] = [bench.pixel(0.25, 0.3)[3] as number, bench.pixel(0.75, 0.3)[3] as number];
    expect(one).toBeGreaterThan(10);
    expect(many).toBeGreaterThan(1.5 * one);
    expect(bench.pixel(0.5, 0.5)).toEqual(NOTHING);
  });
  it("has the mixture of the classes' colours", async () => {
    await draw("classes");
    const [p, q] = [parseHex(COLOURS[0] as string), parseHex(COLOURS[1] as string)];
    expect(distance(colourAt(0.25, 0.3), p)).toBeLessThan(6);
    expect(
      distance(
        colourAt(0.5, 0.8),
        p.map((value, i) => (value + (q[i] as number)) / 2),
      ),
    ).toBeLessThan(6);
  });
  it("by count runs along the map, whatever the class", async () => {
    await draw("count");
    const colours = mapColours("sequential", false).map(parseHex);
    const place = (x: number, y: number) => {
      const distances = colours.map((colour) => distance(colourAt(x, y), colour));
      expect(Math.min(...distances)).toBeLessThan(6);
      return distances.indexOf(Math.min(...distances));
    };
    expect(place(0.25, 0.3)).toBeGreaterThan(place(0.5, 0.8));
    expect(place(0.5, 0.8)).toBeGreaterThan(place(0.75, 0.3));
  });
  it("leaves hidden classes and what is filtered out nearly out, and draws the selected on top", async () => {
    bench.graphics.samples.setMasks(
      null,
      Uint8Array.from(crowd, ([, , label]) => 1 - label),
    );
    await draw("classes");
    expect(bench.pixel(0.75, 0.3)[3]).toBeLessThan(60);
    bench.graphics.samples.setMasks(
      Uint8Array.from(crowd, (_, i) => (i === 24 ? 1 : 0)),
      null,
    );
    await draw("classes");
    expect(bench.pixel(0.75, 0.3)).toEqual([...parseHex(COLOURS[1] as string), 255]);
  });
});
