import { afterEach, expect, test, vi } from "vitest";
import type { RunIndex } from "../data/types";
import { startAlerts } from "./alert_watch";
import { Alerts, alerts, worst } from "./alerts";
import { makeAlert } from "./alerts.fixture";
import { makeIndex } from "./index.fixture";
import { Store } from "./store";
import { training } from "./training";

const SAMPLES = { ids: ["p", "q", "r"], labels: Int32Array.of(0, 1, 0), texts: null };

/** A run of six snapshots, all of them mapped, in two layers. */
function storeOf(overrides: Partial<RunIndex> = {}): Store {
  const store = new Store();
  const index = makeIndex({ steps: 6, frames: 6 });
  const other = { ...index.layers[0], name: "conv" };
  store.view.run.value = "r";
  store.data.index.value = { ...index, layers: [other, ...index.layers], ...overrides };
  store.data.samples.value = SAMPLES;
  store.view.layer.value = "conv";
  store.view.method.value = "hidden";
  store.view.time.value = 5;
  return store;
}

let stop = () => {};
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

test("the worst of some alerts", () => {
  expect(worst([])).toBeNull();
  expect(worst([makeAlert(1, { severity: "info" }), makeAlert(2), makeAlert(3, { severity: "info" })])).toBe(
    "warning",
  );
});

test("servers of older versions name no alerts", () => {
  const state = new Alerts(storeOf());
  expect([state.all.value, state.tasks.value, state.watched.value]).toEqual([[], [], false]);
});

test("polls that bring nothing new change no list", () => {
  const store = storeOf({ alerts: [makeAlert(1)], health: { fc: { version: "v", steps: 2 } } });
  const state = alerts(store);
  const before = state.all.value;
  store.data.index.value = { ...(store.data.index.value as RunIndex), updated: 200, alerts: [makeAlert(1)] };
  expect(state.all.value).toBe(before);
  store.data.index.value = { ...store.data.index.value, alerts: [makeAlert(1), makeAlert(4)] };
  expect(state.all.value.map(({ step }) => step)).toEqual([1, 4]);
  expect([state.watched.value, alerts(store)]).toEqual([true, state]);
});

test("going to an alert goes to its step, its layer and its samples, and it is looked at", () => {
  const alert = makeAlert(3, { samples: [2, 0] });
  const store = storeOf({ alerts: [alert, makeAlert(4)] });
  const state = alerts(store);
  store.view.tab.value = "health";
  store.view.follow.value = true;
  expect(state.unseen.value).toHaveLength(2);
  state.visit(alert);
  expect([store.view.time.value, store.view.layer.value, store.view.follow.value]).toEqual([3, "fc", false]);
  expect([...(store.explore.selectedMask.value ?? [])]).toEqual([1, 0, 1]);
  expect([store.inspect.focus.value, store.inspect.open.value]).toEqual([2, true]);
  expect([state.focusAlert.value, state.unseen.value.length]).toEqual([alert, 1]);
  expect(store.view.tab.value).toBe("health");
  state.show(alert);
  expect(store.view.tab.value).toBe("space");
});

test("an alert without samples selects those of its classes, and one without either leaves the selection", () => {
  const store = storeOf();
  const state = alerts(store);
  state.visit(makeAlert(3, { classes: [0] }));
  expect([...(store.explore.selectedMask.value ?? [])]).toEqual([1, 0, 1]);
  state.visit(makeAlert(4));
  expect([...(store.explore.selectedMask.value ?? [])]).toEqual([1, 0, 1]);
});

test("an alert of the whole network, or of a layer that is not there, leaves the layer", () => {
  const store = storeOf();
  alerts(store).visit(makeAlert(3, { layer: "" }));
  expect([store.view.layer.value, store.view.time.value]).toEqual(["conv", 3]);
  alerts(store).visit(makeAlert(2, { layer: "gone" }));
  expect([store.view.layer.value, store.view.time.value]).toEqual(["conv", 2]);
});

test("a step that has no map yet is shown once it has one, unless somebody moved", () => {
  const store = storeOf();
  const grown = (frames: number) => {
    const index = makeIndex({ steps: 9, frames });
    store.data.index.value = { ...index, updated: frames };
  };
  store.view.layer.value = "fc";
  stop = startAlerts(store);
  alerts(store).visit(makeAlert(7));
  expect(store.view.time.value).toBe(5);
  grown(7);
  expect(store.view.time.value).toBe(5);
  grown(8);
  expect(store.view.time.value).toBe(7);
  alerts(store).visit(makeAlert(8));
  store.seek(2);
  grown(9);
  expect(store.view.time.value).toBe(2);
});

test("charts go to an alert's step at once, mapped or not, until something else is chosen", () => {
  const store = storeOf();
  store.view.layer.value = "fc";
  stop = startAlerts(store);
  const clock = training(store);
  const grow = (frames: number) => {
    store.data.index.value = { ...makeIndex({ steps: 12, frames }), updated: frames };
  };
  clock.goTo(4.6);
  alerts(store).visit(makeAlert(7));
  expect([clock.now.value, store.view.time.value]).toEqual([7, 5]);
  // Another time without a map: the maps stay where they are, and do not jump to the alert later.
  clock.goTo(9);
  grow(9);
  expect([clock.now.value, store.view.time.value]).toEqual([9, 5]);
  store.seek(8);
  alerts(store).visit(makeAlert(10));
  expect(clock.now.value).toBe(10);
  grow(11);
  expect([clock.now.value, store.view.time.value]).toEqual([10, 10]);
  store.seek(8);
  expect(clock.now.value).toBe(8);
  alerts(store).visit(makeAlert(11));
  store.view.run.value = "s";
  expect(clock.now.value).toBe(store.view.time.value);
});

test("what was looked at is known after a reload, by run", () => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  const index = { alerts: [makeAlert(1), makeAlert(2)] };
  const first = storeOf(index);
  stop = startAlerts(first);
  alerts(first).markSeen(["s.101"]);
  stop();
  const second = storeOf(index);
  stop = startAlerts(second);
  expect(alerts(second).unseen.value.map(({ step }) => step)).toEqual([2]);
  second.view.run.value = "another";
  expect(alerts(second).unseen.value).toHaveLength(2);
  second.view.run.value = "r";
  expect(alerts(second).unseen.value).toHaveLength(1);
});

test("a page without storage forgets, and works", () => {
  const refuse = () => {
    throw new DOMException("blocked", "SecurityError");
  };
  vi.stubGlobal("sessionStorage", { getItem: refuse, setItem: refuse });
  const store = storeOf({ alerts: [makeAlert(1)] });
  stop = startAlerts(store);
  alerts(store).markSeen(["s.101"]);
  expect(alerts(store).unseen.value).toEqual([]);
});
