import { act, fireEvent, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { framesIndex, renderWith, runIndex, storeWith } from "../testing";
import { accuracyDomain } from "./accuracy_curve";
import { Timeline } from "./timeline";

/** Pixels that the axis is laid out in; jsdom lays nothing out. */
const WIDTH = 300;
beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(WIDTH);
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue({
    left: 0,
    width: WIDTH,
  } as DOMRect);
  HTMLElement.prototype.setPointerCapture = () => undefined;
  // Preact lowers an event's name when the element has its handler property; jsdom lacks those of pointers.
  for (const name of ["onpointerdown", "onpointermove", "onpointerup"]) {
    Object.defineProperty(HTMLElement.prototype, name, { value: null, writable: true, configurable: true });
  }
});
afterEach(() => vi.restoreAllMocks());

test("the slider names the epoch, and says when it is between two", () => {
  const store = storeWith();
  renderWith(store, <Timeline />);
  const slider = screen.getByRole("slider");
  expect(slider.getAttribute("aria-valuetext")).toBe("epoch 2");
  act(() => store.seek(1.4));
  expect(slider.getAttribute("aria-valuetext")).toBe("epoch 1.4 (interpolated)");
  expect(slider.getAttribute("aria-valuenow")).toBe("1.4");
  expect([slider.getAttribute("aria-valuemin"), slider.getAttribute("aria-valuemax")]).toEqual(["0", "2"]);
  expect(screen.getByText("interpolated")).toBeTruthy();
});

test("steps that are not 0, 1, 2 … are called steps", () => {
  const steps = [100, 200, 300];
  const index = runIndex({}, framesIndex({ steps }));
  const layers = index.layers.map((layer) => ({ ...layer, steps: [...steps, 400] }));
  renderWith(storeWith({ ...index, layers }), <Timeline />);
  expect(screen.getByRole("slider").getAttribute("aria-valuetext")).toBe("step 300");
});

test("the thumb lies at its share of all snapshots, and moves without a render", () => {
  const store = storeWith();
  renderWith(store, <Timeline />);
  const slider = screen.getByRole("slider");
  expect(Number.parseFloat(slider.style.left)).toBeCloseTo(66.67, 1);
  act(() => store.seek(0));
  expect(Number.parseFloat(slider.style.left)).toBe(0);
});

test("dragging moves freely in time and rests on a true epoch", () => {
  const store = storeWith();
  const { container } = renderWith(store, <Timeline />);
  const axis = container.querySelector(".axis") as HTMLElement;
  const at = (type: string, clientX: number) =>
    act(() => {
      axis.dispatchEvent(new MouseEvent(type, { bubbles: true, button: 0, clientX }));
    });
  at("pointerdown", 120);
  expect(store.view.time.value).toBeCloseTo(1.2);
  at("pointermove", 140);
  expect(store.view.time.value).toBeCloseTo(1.4);
  expect(store.view.follow.value).toBe(false);
  at("pointerup", 140);
  expect(store.view.time.value).toBe(1);
});

test("accuracy is told of the nearest true epoch, and under the pointer", () => {
  const store = storeWith();
  const { container } = renderWith(store, <Timeline />);
  const label = container.querySelector(".curve-label") as HTMLElement;
  expect(label.textContent).toBe("accuracy 80 %");
  act(() => store.seek(1.2));
  expect(label.textContent).toBe("accuracy 60 %");
  const axis = container.querySelector(".axis") as HTMLElement;
  act(() => {
    axis.dispatchEvent(new MouseEvent("pointermove", { bubbles: true, clientX: 2 }));
  });
  expect(label.textContent).toBe("epoch 0 · 20 %");
});

test("the accuracy axis ends at round shares", () => {
  const points = (...ys: number[]) => ys.map((y, x) => ({ x, y }));
  expect(accuracyDomain(points(0.11, 0.97)).map((v) => v.toFixed(1))).toEqual(["0.1", "1.0"]);
  expect(accuracyDomain(points(0.3, 0.3)).map((v) => v.toFixed(1))).toEqual(["0.0", "0.8"]);
});

test("play, speed, loop and live do what they say", () => {
  const store = storeWith();
  renderWith(store, <Timeline />);
  expect(screen.getByRole("button", { name: "live" }).getAttribute("aria-pressed")).toBe("true");
  fireEvent.click(screen.getByRole("button", { name: "Play" }));
  expect(store.view.playing.value).toBe(true);
  expect(store.view.follow.value).toBe(false);
  expect(screen.getByRole("button", { name: "Pause" })).toBeTruthy();
  fireEvent.change(screen.getByRole("combobox", { name: "Playback speed" }), { target: { value: "4" } });
  expect(store.view.speed.value).toBe(4);
  fireEvent.click(screen.getByRole("button", { name: "loop" }));
  expect(store.view.loop.value).toBe(true);
  fireEvent.click(screen.getByRole("button", { name: "live" }));
  expect(store.view.time.value).toBe(2);
});

test("loaded and waiting parts of the axis are told apart", () => {
  const { container } = renderWith(storeWith(), <Timeline />);
  expect(container.querySelectorAll(".band-buffered")).toHaveLength(1);
  expect((container.querySelector(".band-pending") as HTMLElement).title).toBe(
    "1 snapshot waiting to be mapped",
  );
  expect(container.querySelectorAll('.tick[data-pending="true"]')).toHaveLength(1);
});

test("maps that were logged without snapshots have their steps on the axis", () => {
  const index = runIndex({}, framesIndex({ steps: [0, 1500, 3000] }));
  const layers = index.layers.map((layer) => ({ ...layer, steps: [], accuracy: [] }));
  const { container } = renderWith(storeWith({ ...index, layers }), <Timeline />);
  expect([...container.querySelectorAll(".tick")].map((tick) => tick.textContent)).toEqual([
    "0",
    "1,500",
    "3,000",
  ]);
  expect(screen.getByRole("slider").getAttribute("aria-valuetext")).toBe("step 3,000");
});

test("snapshots that were skipped in the middle are shown as waiting, too", () => {
  const steps = [0, 4, 5];
  const index = runIndex({}, framesIndex({ steps }));
  const layers = index.layers.map((layer) => ({ ...layer, steps: [0, 1, 2, 3, 4, 5, 6] }));
  const { container } = renderWith(storeWith({ ...index, layers }), <Timeline />);
  const bands = [...container.querySelectorAll(".band-pending")] as HTMLElement[];
  expect(bands.map((band) => band.title)).toEqual([
    "3 snapshots waiting to be mapped",
    "1 snapshot waiting to be mapped",
  ]);
  expect(Number.parseFloat(bands[0]?.style.left ?? "")).toBeCloseTo(100 / 12, 2);
  expect(Number.parseFloat(bands[0]?.style.width ?? "")).toBeCloseTo(50, 2);
  const waiting = [...container.querySelectorAll('.tick[data-pending="true"]')];
  expect(waiting.map((tick) => tick.textContent)).toEqual(["1", "2", "3", "6"]);
});

test("without a map there is no thumb, and nothing to play; a finished run has no live switch", () => {
  renderWith(storeWith(runIndex({ closed: true }, null)), <Timeline />);
  expect(screen.queryByRole("slider")).toBeNull();
  expect((screen.getByRole("button", { name: "Play" }) as HTMLButtonElement).disabled).toBe(true);
  expect(screen.queryByRole("button", { name: "live" })).toBeNull();
});
