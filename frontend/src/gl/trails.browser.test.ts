import { afterEach, beforeEach, expect, it } from "vitest";
import { makeFrame } from "../data/codec.fixture";
import type { FrameData } from "../data/types";
import { Bench, COLOURS, SIDE } from "./bench.fixture";
import { parseHex } from "./palette_texture";
import { Trails } from "./trails";

/** Clip space over the unit square. */
const affine = { scaleX: 2, scaleY: 2, offsetX: -1, offsetY: -1 };
const KEYS = ["a", "b", "c", "d"];
/** One sample walks up the middle of the canvas, from y = 0.1 in steps of 0.2. */
const walk = KEYS.map((_, i) => makeFrame([[0.5, 0.1 + 0.2 * i, 0]], { step: i }));

let bench: Bench;
let trails: Trails;
const strength = (x: number, y: number) => bench.pixel(x, y)[3] as number;

async function draw(now: number, frameAt = (i: number): FrameData | undefined => walk[i]): Promise<void> {
  const scene = { now, affine, size: { width: SIDE, height: SIDE }, pixelRatio: 1, radius: 0 };
  trails.fill(now, KEYS, frameAt);
  do {
    bench.graphics.clear(scene.size, 1);
    trails.draw(KEYS, scene);
    if (!bench.graphics.laterReady()) await new Promise((resolve) => setTimeout(resolve, 5));
  } while (!bench.graphics.laterReady());
  bench.graphics.clear(scene.size, 1);
  trails.draw(KEYS, scene);
}

beforeEach(() => {
  bench = new Bench();
  trails = new Trails(bench.graphics);
  trails.setRows(Uint32Array.of(0));
  trails.setColours(Uint8Array.of(...parseHex(COLOURS[1] as string), 255));
});
afterEach(() => {
  trails.destroy();
  bench.destroy();
});

it("run from the first frame to now and no further, stronger towards now", async () => {
  await draw(2.5);
  const [old, young] = [strength(0.5, 0.15), strength(0.5, 0.55)];
  expect(old).toBeGreaterThan(10);
  expect(young).toBeGreaterThan(1.5 * old);
  expect(strength(0.5, 0.63)).toBe(0);
  await draw(3);
  expect(strength(0.5, 0.65)).toBeGreaterThan(100);
  await draw(0);
  expect(strength(0.5, 0.15)).toBe(0);
});

it("end in an arrow head in the colour given", async () => {
  await draw(3);
  // Six pixels below the tip at y = 0.7 the head is three pixels wide to either side, the line one.
  const beside = bench.pixel(0.5 + 2.5 / SIDE, 0.7 - 6 / SIDE);
  const [r, g, b] = parseHex(COLOURS[1] as string);
  expect(beside[3]).toBe(255);
  expect(
    Math.hypot((beside[0] as number) - r, (beside[1] as number) - g, (beside[2] as number) - b),
  ).toBeLessThan(6);
  expect(strength(0.5 + 2.5 / SIDE, 0.5)).toBeLessThan(60);
});

it("have a gap where a frame is not on the client, or the sample had no place", async () => {
  await draw(3, (i) => (i === 1 ? undefined : walk[i]));
  expect(strength(0.5, 0.2)).toBe(0);
  expect(strength(0.5, 0.4)).toBe(0);
  expect(strength(0.5, 0.6)).toBeGreaterThan(100);
  await draw(3);
  expect(strength(0.5, 0.4)).toBeGreaterThan(30);
  trails.setRows(Uint32Array.of(0));
  const lost = { ...(walk[2] as FrameData), flags: Uint8Array.of(2) };
  await draw(3, (i) => (i === 2 ? lost : walk[i]));
  expect(strength(0.5, 0.2)).toBeGreaterThan(20);
  expect(strength(0.5, 0.6)).toBe(0);
});

it("upload a frame once, however often they are drawn", async () => {
  await draw(3);
  const { gl } = bench.graphics;
  let uploads = 0;
  const original = gl.bufferSubData.bind(gl) as (...args: unknown[]) => void;
  gl.bufferSubData = (...args: unknown[]) => {
    uploads += 1;
    original(...args);
  };
  await draw(1.5);
  await draw(3);
  expect(uploads).toBe(0);
});
