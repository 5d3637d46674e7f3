import { act, fireEvent, screen } from "@testing-library/preact";
import { expect, test } from "vitest";
import type { SampleEvent } from "../../analysis/events";
import { frameData, renderWith, storeWith } from "../testing";
import { axisScale } from "../timeline/axis_scale";
import { EventsTab } from "./events_tab";
import { EventTicks } from "./ticks";

const EVENTS: readonly SampleEvent[] = [
  { kind: "flip", row: 3, frame: 1, from: 1, to: 2 },
  { kind: "jump", row: 3, frame: 2, from: 0.2, to: 0.9 },
  { kind: "strayed", row: 1, frame: 2, from: 0.4, to: 1.25 },
];

function opened() {
  const store = storeWith();
  store.explore.selectRows([1, 3], "replace");
  store.inspect.focusOn(3);
  store.inspect.events.value = EVENTS;
  return store;
}

test("events are listed by epoch, and a click goes there and to the sample", () => {
  const store = opened();
  renderWith(store, <EventsTab />);
  const lines = () => screen.getAllByRole("listitem").map((line) => line.textContent);
  expect(lines()).toEqual([
    "⇄sample d flipsdog → owlepoch 1",
    "↕sample d jumps20 % → 90 %epoch 2",
    "⤳sample b strays1.25 radii, beyond 0.4epoch 2",
  ]);
  fireEvent.click(screen.getByRole("button", { name: /sample b/ }));
  expect([store.inspect.focus.value, store.view.time.value]).toEqual([1, 2]);
  fireEvent.click(screen.getByRole("button", { name: /^flips/ }));
  fireEvent.click(screen.getByRole("button", { name: /^strays 1/ }));
  expect(lines()).toHaveLength(1);
  fireEvent.click(screen.getByRole("button", { name: /^jumps 1/ }));
  expect(screen.getByText("Nothing of these kinds happens to them.")).toBeTruthy();
});

test("too many samples are refused in a sentence", () => {
  const store = opened();
  store.inspect.noEvents.value = "Events are listed of up to 2,000 samples: select fewer.";
  renderWith(store, <EventsTab />);
  expect(screen.getByText(/select fewer/)).toBeTruthy();
  expect(screen.queryByRole("list")).toBeNull();
});

test("with nothing selected all samples are counted, and a count selects them", () => {
  const store = storeWith();
  store.putFrame(0, { ...frameData(0), prediction: Uint16Array.of(2, 0, 1, 2, 1, 65_535) });
  renderWith(store, <EventsTab />);
  expect(store.inspect.counting.value).toBe(true);
  expect(screen.getByText("Counting…")).toBeTruthy();
  act(() => {
    store.inspect.counts.value = new Map([
      [1, { flip: 2, jump: 0, moved: 1 }],
      [2, { flip: 0, jump: 0, moved: 0 }],
    ]);
  });
  expect(screen.getAllByRole("row")[1]?.textContent).toBe("1201");
  fireEvent.click(screen.getByRole("button", { name: "Go to epoch 2" }));
  expect(store.view.time.value).toBe(2);
  fireEvent.click(screen.getByTitle("Go there and select the 2 samples"));
  expect(store.view.time.value).toBe(1);
  expect([...(store.explore.selectedMask.value ?? [])]).toEqual([1, 0, 0, 0, 1, 0]);
});

test("marks lie where something happens, and the one in focus stands out", () => {
  const store = opened();
  const { container } = renderWith(store, <EventTicks scale={axisScale([0, 1, 2])} />);
  const ticks = () =>
    [...container.querySelectorAll(".event-tick")]
      .map((tick) => tick as HTMLElement)
      .map((tick) => [tick.style.left, tick.dataset.own]);
  expect(ticks()).toEqual([
    ["50%", "true"],
    ["100%", "true"],
  ]);
  act(() => store.inspect.focusOn(1));
  expect(ticks()[0]).toEqual(["50%", "false"]);
  act(() => {
    store.inspect.kinds.value = new Set();
  });
  expect(ticks()).toEqual([]);
});
