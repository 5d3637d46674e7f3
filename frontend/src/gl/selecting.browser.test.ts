import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fitCamera, toScreen } from "./camera";
import { SIZE, StageBench } from "./stage.fixture";

let bench: StageBench;
const fitted = fitCamera([0, 0, 1, 1], SIZE);
/** Where a place of the unit square is on the canvas. */
const at = (x: number, y: number) => toScreen(fitted, SIZE, x, y);
const NOWHERE = [0.95, 0.05] as const;

beforeEach(async () => {
  bench = new StageBench();
  await bench.frames(20);
});
afterEach(() => bench.destroy());

describe("a click", () => {
  it("selects the sample, with modifiers adds, takes away and turns over", () => {
    bench.click(at(0.2, 0.5));
    expect(bench.selected).toEqual([0]);
    bench.click(at(0.5, 0.2));
    expect(bench.selected).toEqual([1]);
    bench.click(at(0.8, 0.8), { shiftKey: true });
    expect(bench.selected).toEqual([1, 2]);
    bench.click(at(0.5, 0.2), { altKey: true });
    expect(bench.selected).toEqual([2]);
    bench.click(at(0.2, 0.5), { ctrlKey: true });
    bench.click(at(0.8, 0.8), { metaKey: true });
    expect(bench.selected).toEqual([0]);
  });

  it("on nothing clears, but not with a modifier", () => {
    bench.click(at(0.2, 0.5));
    bench.click(at(...NOWHERE), { shiftKey: true });
    expect(bench.selected).toEqual([0]);
    bench.click(at(...NOWHERE));
    expect(bench.selected).toEqual([]);
  });

  it("that was half of a double click leaves the selection", () => {
    bench.click(at(0.2, 0.5));
    bench.click(at(...NOWHERE));
    bench.click(at(...NOWHERE));
    bench.canvas.dispatchEvent(new MouseEvent("dblclick"));
    expect(bench.selected).toEqual([0]);
  });

  it("finds neither hidden classes nor what is filtered out", async () => {
    bench.store.toggleClass(0);
    bench.click(at(0.2, 0.5));
    expect(bench.selected).toEqual([]);
  });

  it("is none when the pointer moved: the map did", () => {
    bench.drag([at(0.2, 0.5), [at(0.2, 0.5)[0] + 9, at(0.2, 0.5)[1]]]);
    expect(bench.selected).toEqual([]);
    expect(bench.store.view.camera.value).not.toBeNull();
  });
});

describe("an outline", () => {
  const around = (x: number, y: number) =>
    [
      [-0.1, -0.1],
      [0.1, -0.1],
      [0.1, 0.1],
      [-0.1, 0.1],
    ].map(([dx, dy]) => at(x + (dx as number), y + (dy as number)));

  it("by Shift is a lasso, by Shift and Alt a box; the map stays", () => {
    bench.drag(around(0.2, 0.5), { shiftKey: true });
    expect(bench.selected).toEqual([0]);
    bench.drag([at(0.4, 0.1), at(0.95, 0.95)], { shiftKey: true, altKey: true });
    expect(bench.selected).toEqual([1, 2]);
    bench.drag(around(0.2, 0.5), { shiftKey: true, ctrlKey: true });
    expect(bench.selected).toEqual([0, 1, 2]);
    expect(bench.store.view.camera.value).toBeNull();
  });

  it("by its tool needs no modifier; with one it adds and takes away", () => {
    bench.options.tool.value = "lasso";
    bench.drag(around(0.2, 0.5));
    bench.drag(around(0.5, 0.2), { shiftKey: true });
    expect(bench.selected).toEqual([0, 1]);
    bench.options.tool.value = "box";
    bench.drag([at(0.1, 0.4), at(0.3, 0.6)], { altKey: true });
    expect(bench.selected).toEqual([1]);
  });

  it("takes samples where they are between two frames", async () => {
    bench.options.tool.value = "box";
    bench.store.seek(1.5);
    await bench.frames();
    bench.drag([at(0.33, 0.4), at(0.37, 0.6)]);
    expect(bench.selected).toEqual([0]);
  });

  it("is there to be shown while it is drawn, and given up by Escape", () => {
    bench.options.tool.value = "lasso";
    const [first, second, third] = around(0.2, 0.5) as [number, number][];
    bench.send("pointerdown", first as [number, number]);
    bench.send("pointermove", second as [number, number]);
    bench.send("pointermove", third as [number, number]);
    expect(bench.options.drawn.value).toHaveLength(3);
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    expect(bench.options.drawn.value).toBeNull();
    bench.send("pointerup", third as [number, number]);
    expect(bench.selected).toEqual([]);
  });
});

it("uploads one mask and no positions when the selection changes", async () => {
  const { gl } = bench;
  const sizes: number[] = [];
  for (const name of ["bufferData", "bufferSubData", "texImage2D", "texSubImage2D"] as const) {
    const original = gl[name].bind(gl) as (...args: unknown[]) => void;
    Object.defineProperty(gl, name, {
      value: (...args: unknown[]) => {
        sizes.push((args[1] as Uint8Array).byteLength);
        original(...args);
      },
    });
  }
  bench.click(at(0.2, 0.5));
  await bench.frames();
  expect(sizes).toEqual([3]);
});

describe("a view that is pinned to the selection", () => {
  it("moves as the selection's centre does, keeps what the user chose, and stays when it is let go", async () => {
    bench.click(at(0.2, 0.5));
    bench.options.pinned.value = true;
    await bench.frames();
    expect(bench.store.view.camera.value).toBeNull();
    bench.store.seek(1);
    await bench.frames();
    const { x, y, zoom } = bench.store.view.camera.value ?? fitted;
    expect(x).toBeCloseTo(fitted.x + 0.1, 3);
    expect(y).toBeCloseTo(fitted.y, 6);
    expect(zoom).toBeCloseTo(fitted.zoom, 6);
    bench.store.view.camera.value = { x, y, zoom: 9 };
    bench.store.seek(3.5);
    await bench.frames();
    expect(bench.store.view.camera.value?.x).toBeCloseTo(fitted.x + 0.35, 3);
    expect(bench.store.view.camera.value?.zoom).toBe(9);
    bench.options.pinned.value = false;
    bench.store.seek(0);
    await bench.frames();
    expect(bench.store.view.camera.value?.x).toBeCloseTo(fitted.x + 0.35, 3);
  });
});
