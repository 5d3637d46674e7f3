import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { makeFrame, makeLandscape } from "../data/codec.fixture";
import { makeIndex } from "../state/index.fixture";
import { Store } from "../state/store";
import { fitCamera, toScreen } from "./camera";
import { attachStage, FIRST_PICTURE } from "./stage";

/** Every call that moves data to the GPU; drawing may not make one once the frames are there. */
const UPLOADS = [
  "bufferData",
  "bufferSubData",
  "texImage2D",
  "texSubImage2D",
  "texImage3D",
  "texSubImage3D",
] as const;

const SIZE = { width: 300, height: 300 };
const FRAMES = 6;
let canvas: HTMLCanvasElement;
let store: Store;
let detach: () => void;
let uploads: number;
let draws: number;
/** Where the last picture placed frames and landscapes: every four-number uniform since the canvas was cleared. */
let placed: number[][];

const frameOf = (i: number) =>
  makeFrame(
    [
      [0.2 + 0.1 * i, 0.5, 0],
      [0.5, 0.2, 1],
    ],
    { step: i },
  );
const landscapeOf = (i: number) =>
  makeLandscape(16, () => [i % 3, 255, 255], { step: i, bounds: [0, 0, 1, 1] });

/** Counts calls on a context without changing what they do. */
function count(gl: WebGL2RenderingContext): void {
  for (const name of UPLOADS) {
    const original = gl[name].bind(gl) as (...args: unknown[]) => void;
    Object.defineProperty(gl, name, {
      value: (...args: unknown[]) => {
        uploads += 1;
        original(...args);
      },
    });
  }
  const [clear, uniform4f] = [gl.clear.bind(gl), gl.uniform4f.bind(gl)];
  gl.clear = (mask) => {
    placed = [];
    clear(mask);
  };
  gl.uniform4f = (location, ...values) => {
    placed.push(values);
    uniform4f(location, ...values);
  };
  const drawArrays = gl.drawArrays.bind(gl);
  gl.drawArrays = (...args) => {
    draws += 1;
    drawArrays(...args);
  };
}

async function frames(n = 3): Promise<void> {
  for (let i = 0; i < n; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
}

function context(): WebGL2RenderingContext {
  return canvas.getContext("webgl2") as WebGL2RenderingContext;
}

beforeEach(async () => {
  canvas = document.createElement("canvas");
  Object.assign(canvas.style, {
    width: `${SIZE.width}px`,
    height: `${SIZE.height}px`,
    position: "fixed",
    left: "0",
    top: "0",
  });
  document.body.append(canvas);
  store = new Store();
  store.view.run.value = "r";
  store.view.layer.value = "fc";
  store.view.method.value = "hidden";
  store.data.index.value = makeIndex({ steps: FRAMES, frames: FRAMES });
  store.data.samples.value = { ids: ["0", "1"], labels: Int32Array.of(0, 1), texts: null, columns: [] };
  for (let i = 0; i < FRAMES; i++) {
    store.putFrame(i, frameOf(i));
    store.putLandscape(i, landscapeOf(i));
  }
  uploads = 0;
  draws = 0;
  placed = [];
  performance.clearMarks(FIRST_PICTURE);
  detach = attachStage(canvas, store);
  count(context());
  await frames(20);
});

afterEach(() => {
  detach();
  context().getExtension("WEBGL_lose_context")?.loseContext();
  canvas.remove();
});

it("uploads nothing while scrubbing, panning and zooming", async () => {
  expect(uploads).toBeGreaterThan(0);
  uploads = 0;
  draws = 0;
  for (let time = 0; time <= FRAMES - 1; time += 0.25) {
    store.seek(time);
    await frames(1);
  }
  store.view.camera.value = { x: 0.4, y: 0.5, zoom: 3 };
  store.view.landscapeOpacity.value = 0.3;
  await frames(2);
  expect(draws).toBeGreaterThan(20);
  expect(uploads).toBe(0);
});

it("marks its first picture of samples, once, and none before there are samples", async () => {
  const marks = () => performance.getEntriesByName(FIRST_PICTURE).length;
  expect(marks()).toBe(1);
  store.seek(0);
  await frames(2);
  expect(marks()).toBe(1);
  const other = canvas.cloneNode() as HTMLCanvasElement;
  document.body.append(other);
  const stop = attachStage(other, new Store());
  await frames();
  expect(marks()).toBe(1);
  stop();
  other.remove();
});

it("draws nothing while nothing changes", async () => {
  draws = 0;
  await frames(10);
  expect(draws).toBe(0);
});

it("tells which sample is under the pointer, and when none is", async () => {
  store.seek(0);
  await frames();
  const fitted = fitCamera([0, 0, 1, 1], SIZE);
  const [clientX, clientY] = toScreen(fitted, SIZE, 0.2, 0.5);
  canvas.dispatchEvent(new PointerEvent("pointermove", { clientX: clientX + 2, clientY }));
  await frames();
  expect(store.transient.hover.value).toEqual({ index: 0, clientX: clientX + 2, clientY });
  store.toggleClass(0);
  await frames();
  expect(store.transient.hover.value).toBeNull();
  store.toggleClass(0);
  await frames();
  canvas.dispatchEvent(new PointerEvent("pointerleave"));
  await frames();
  expect(store.transient.hover.value).toBeNull();
});

it("zooms at the pointer, drags, and fits again on a double click", async () => {
  canvas.dispatchEvent(
    new WheelEvent("wheel", { clientX: 150, clientY: 150, deltaY: -200, cancelable: true }),
  );
  const zoomed = store.view.camera.value;
  expect(zoomed?.zoom).toBeGreaterThan(fitCamera([0, 0, 1, 1], SIZE).zoom);
  await frames();
  canvas.dispatchEvent(
    new PointerEvent("pointerdown", { clientX: 100, clientY: 100, pointerId: 1, button: 0 }),
  );
  canvas.dispatchEvent(new PointerEvent("pointermove", { clientX: 130, clientY: 100, pointerId: 1 }));
  canvas.dispatchEvent(new PointerEvent("pointerup", { pointerId: 1 }));
  expect(store.view.camera.value?.x).toBeLessThan(zoomed?.x as number);
  canvas.dispatchEvent(new MouseEvent("dblclick"));
  expect(store.view.camera.value).toBeNull();
});

it("rests exactly on the fitted view after gliding there", async () => {
  store.seek(0);
  await frames();
  const fitted = placed;
  expect(fitted.length).toBeGreaterThan(0);
  store.view.camera.value = { x: 0.4, y: 0.5, zoom: 3 };
  await frames();
  expect(placed).not.toEqual(fitted);
  store.fitCamera();
  await vi.waitFor(() => expect(placed).toEqual(fitted), { timeout: 10_000 });
});

it("does not move a view that the user chose when the map grows", async () => {
  const chosen = { x: 0.4, y: 0.5, zoom: 3 };
  store.view.camera.value = chosen;
  await frames();
  const index = makeIndex({ steps: FRAMES, frames: FRAMES });
  const [layer] = index.layers;
  const hidden = {
    ...layer.frames.hidden,
    bounds: layer.frames.hidden.bounds.map(() => [-5, -5, 5, 5] as const),
  };
  store.data.index.value = { ...index, layers: [{ ...layer, frames: { hidden } }] };
  await frames();
  expect(store.view.camera.value).toBe(chosen);
});

it("draws again after the driver took the context away", async () => {
  const lose = context().getExtension("WEBGL_lose_context");
  lose?.loseContext();
  await frames(5);
  expect(store.transient.drawing.value).toBe("lost");
  lose?.restoreContext();
  await frames(30);
  expect(store.transient.drawing.value).toBe("ok");
  draws = 0;
  store.seek(1);
  await frames(3);
  expect(draws).toBeGreaterThan(0);
  expect(context().getError()).toBe(0);
});

it("says so when there is no WebGL2", () => {
  const plain = document.createElement("canvas");
  plain.getContext("2d");
  const other = new Store();
  const stop = attachStage(plain, other);
  expect(other.transient.drawing.value).toBe("missing");
  stop();
});
