import { afterEach, beforeEach, expect, it } from "vitest";
import { fitCamera } from "./camera";
import { SIZE, StageBench } from "./stage.fixture";

let bench: StageBench;
const fitted = fitCamera([0, 0, 1, 1], SIZE);

/** A key while the map has the focus, which a script gives as a keyboard does. */
function press(key: string, how: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...how });
  bench.canvas.dispatchEvent(event);
  return event;
}

beforeEach(async () => {
  bench = new StageBench();
  await bench.frames(20);
  bench.canvas.tabIndex = 0;
  bench.canvas.focus();
  // How a browser decides this depends on what was touched before; here it is told.
  bench.canvas.matches = (selector) => selector === ":focus-visible";
});
afterEach(() => bench.destroy());

const camera = () => bench.store.view.camera.value ?? fitted;

it("moves the view by the arrow keys, which then do not move in time", () => {
  expect(press("ArrowRight").defaultPrevented).toBe(true);
  expect(camera().x).toBeGreaterThan(fitted.x);
  expect(camera().y).toBeCloseTo(fitted.y);
  press("ArrowLeft");
  press("ArrowUp");
  expect(camera().x).toBeCloseTo(fitted.x);
  expect(camera().y).toBeGreaterThan(fitted.y);
  expect(press("ArrowRight", { shiftKey: true }).defaultPrevented).toBe(false);
});

it("zooms about the middle", () => {
  press("+");
  press("+");
  expect(camera().zoom / fitted.zoom).toBeCloseTo(1.25 ** 2);
  expect([camera().x, camera().y]).toEqual([fitted.x, fitted.y]);
  press("-");
  press("-");
  expect(camera().zoom / fitted.zoom).toBeCloseTo(1);
});

it("selects what is in view with Enter, adds with Shift and takes away with Alt", async () => {
  press("Enter");
  expect(bench.selected).toEqual([0, 1, 2]);
  bench.store.view.camera.value = { x: 0.2, y: 0.5, zoom: 4 * fitted.zoom };
  await bench.frames();
  press("Enter", { altKey: true });
  expect(bench.selected).toEqual([1, 2]);
  press("Enter", { shiftKey: true });
  expect(bench.selected).toEqual([0, 1, 2]);
  press("Enter");
  expect(bench.selected).toEqual([0]);
});

it("leaves the keys to time after a click on the map", () => {
  bench.click([10, 10]);
  expect(document.activeElement).not.toBe(bench.canvas);
  bench.canvas.matches = () => false;
  expect(press("ArrowRight").defaultPrevented).toBe(false);
  expect(bench.store.view.camera.value).toBeNull();
});
