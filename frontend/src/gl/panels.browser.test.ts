import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { makeFrame } from "../data/codec.fixture";
import { fitCamera, toScreen } from "./camera";
import type { Rect } from "./panel_layout";
import { type PanelSource, storeSource } from "./panel_source";
import { SIZE, StageBench } from "./stage.fixture";

let bench: StageBench;

/** One frame of three samples, in a space of its own unless told otherwise. */
function other(places: readonly (readonly [number, number])[], space = "other"): PanelSource {
  const frame = makeFrame(places.map(([x, y], i) => [x, y, i]));
  const all = new Set([0]);
  return {
    space: signal(space),
    bounds: signal([frame.bounds]),
    keys: signal([`${space} ${places}`]),
    position: signal({ a: 0, b: 0, mix: 0 }),
    labels: signal(Int32Array.of(0, 1, 2)),
    awaiting: signal(false),
    buffered: signal(all),
    bufferedLandscapes: signal(new Set<number>()),
    failed: signal(new Map()),
    lyingBelow: signal(null),
    frameAt: (i) => (i === 0 ? frame : undefined),
    landscapeAt: () => undefined,
  };
}
const PLACES = [
  [0.2, 0.2],
  [0.8, 0.2],
  [0.5, 0.9],
] as const;

/** Where a place of the unit square is on the canvas, CSS pixels, in one of the panels. */
function at(panel: number, x: number, y: number): [number, number] {
  const rect = bench.options.rects.value[panel] as {
    left: number;
    top: number;
    width: number;
    height: number;
  };
  const [px, py] = toScreen(bench.store.view.camera.value ?? fitCamera([0, 0, 1, 1], rect), rect, x, y);
  return [rect.left + px, rect.top + py];
}

/** The pixels around a place of the canvas, [2 reach, 2 reach, 4]; read in the task that drew. */
async function pixelsAround([x, y]: readonly [number, number], reach: number): Promise<Uint8Array> {
  const { gl } = bench;
  const side = 2 * reach;
  const bytes = new Uint8Array(4 * side * side);
  await new Promise<void>((resolve) => {
    const draw = gl.clear.bind(gl);
    gl.clear = (mask) => {
      draw(mask);
      gl.clear = draw;
      queueMicrotask(() => {
        gl.readPixels(x - reach, SIZE.height - y - reach, side, side, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
        resolve();
      });
    };
    bench.store.view.landscapeOpacity.value = Math.random();
  });
  return bytes;
}

/** How many pixels around a place have any ink. */
async function inkAround(place: readonly [number, number], reach = 3): Promise<number> {
  const bytes = await pixelsAround(place, reach);
  return bytes.filter((_, i) => i % 4 === 3).filter((alpha) => alpha > 10).length;
}

beforeEach(async () => {
  bench = new StageBench();
  bench.options.panels.value = [storeSource(bench.store), other(PLACES)];
  await bench.frames(20);
});
afterEach(() => {
  expect(bench.gl.getError()).toBe(0);
  bench.destroy();
});

it("are drawn side by side, each with its own places, and do not spill over", async () => {
  expect(bench.options.rects.value).toHaveLength(2);
  expect(await inkAround(at(0, 0.2, 0.5))).toBeGreaterThan(10);
  expect(await inkAround(at(1, 0.2, 0.2))).toBeGreaterThan(10);
  expect(await inkAround(at(1, 0.2, 0.5))).toBe(0);
  // The second sample of the first panel is moved under the edge between the panels: half of it is cut off.
  const first = bench.options.rects.value[0] as Rect;
  const fitted = fitCamera([0, 0, 1, 1], first);
  const perUnit = (fitted.zoom * Math.min(first.width, first.height)) / 2;
  bench.store.view.camera.value = { ...fitted, x: 0.5 - first.width / 2 / perUnit, y: 0.2 };
  await bench.frames();
  const edge = [first.width, first.height / 2] as const;
  expect(await inkAround([edge[0] - 3, edge[1]], 2)).toBeGreaterThan(4);
  expect(await inkAround([edge[0] + 4, edge[1]], 2)).toBe(0);
});

it("share pointer, selection and camera", async () => {
  const [x, y] = at(1, 0.5, 0.9);
  bench.send("pointermove", [x, y]);
  await bench.frames();
  expect(bench.store.transient.hover.value?.index).toBe(2);
  bench.click([x, y]);
  expect(bench.selected).toEqual([2]);
  bench.options.tool.value = "box";
  bench.drag([at(1, 0.1, 0.1), at(1, 0.9, 0.3)]);
  expect(bench.selected).toEqual([0, 1]);
  bench.options.tool.value = "pan";
  const before = at(1, 0.2, 0.2);
  bench.drag([
    [x, y],
    [x + 20, y],
  ]);
  await bench.frames();
  expect(at(1, 0.2, 0.2)[0]).toBeCloseTo(before[0] + 20, 3);
  expect(await inkAround(at(1, 0.2, 0.2))).toBeGreaterThan(10);
});

it("show how far each sample is from where it is in the first", async () => {
  const half = at(1, 0.2, 0.35);
  expect(await inkAround(half)).toBe(0);
  bench.options.difference.value = true;
  // The driver compiles what draws them first.
  await vi.waitFor(async () => expect(await inkAround(half)).toBeGreaterThan(3), { timeout: 10_000 });
  // The line ends at the sample's place in the first panel, and is drawn in the second panel only.
  expect(await inkAround(at(1, 0.2, 0.57))).toBe(0);
  expect(await inkAround(at(0, 0.2, 0.35))).toBe(0);
});

it("wait for their own data, and one again takes the whole canvas", async () => {
  const late = other(PLACES, "late");
  bench.options.panels.value = [storeSource(bench.store), { ...late, frameAt: () => undefined }];
  await bench.frames(10);
  expect(await inkAround(at(0, 0.2, 0.5))).toBeGreaterThan(10);
  bench.options.panels.value = null;
  await bench.frames(10);
  expect(bench.options.rects.value).toHaveLength(1);
  expect(await inkAround(at(0, 0.8, 0.8))).toBeGreaterThan(10);
});

/** The darkest and the brightest of the pixels at least half covered in a ring around a place, 0 .. 255. */
async function rangeAround(place: readonly [number, number]): Promise<readonly [number, number]> {
  const reach = 16;
  const side = 2 * reach;
  const bytes = await pixelsAround(place, reach);
  const green = Array.from({ length: side * side }, (_, i) => i)
    .filter((i) => Math.hypot((i % side) - reach + 0.5, Math.floor(i / side) - reach + 0.5) > 7)
    .filter((i) => (bytes[4 * i + 3] as number) > 127)
    .map((i) => bytes[4 * i + 1] as number);
  return [Math.min(...green), Math.max(...green)];
}

it.each([false, true])(
  "mark a sample light and dark in every panel, whatever is around it; dark page: %s",
  async (dark) => {
    bench.store.transient.dark.value = dark;
    await bench.frames();
    const places = [at(0, 0.2, 0.5), at(1, 0.2, 0.2)];
    for (const place of places) expect(await rangeAround(place)).toEqual([Infinity, -Infinity]);
    bench.options.marked.value = 0;
    await bench.frames();
    for (const place of places) {
      const [least, most] = await rangeAround(place);
      expect(least).toBeLessThan(60);
      expect(most).toBeGreaterThan(240);
    }
  },
);

it("mark a sample as large on the screen however far one has zoomed in", async () => {
  bench.options.marked.value = 0;
  const before = await inkAround(at(0, 0.2, 0.5), 20);
  const [x, y] = [0.2, 0.5];
  bench.store.view.camera.value = { x, y, zoom: 4 * fitCamera([0, 0, 1, 1], SIZE).zoom };
  await bench.frames();
  const now = await inkAround(at(0, x, y), 20);
  expect(now).toBeLessThan(1.6 * before);
});
