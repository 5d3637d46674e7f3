import { expect, test } from "vitest";
import { Client } from "../data/client";
import type { Stretch, TrainingIndex } from "../data/training_types";
import { Store } from "./store";
import { MOST_PINS, training } from "./training";

const client = new Client({ fetch: () => Promise.reject(new Error("nobody asks")), base: "http://host/" });

function stretch(first: number, last: number): Stretch {
  const times = { first_step: first, last_step: last, first_time: first, last_time: last };
  return { ...times, rows: last - first + 1, skipped: [], learning_rates: 1, layers: [], nodes: [] };
}

function index(change: Partial<TrainingIndex> = {}): TrainingIndex {
  const parameters = { statistics: ["l2"], bands: [], stretches: [stretch(0, 4), stretch(5, 20)] };
  return { run: "r", v: "a.1", parameters, answers: [], scalars: [], ...change };
}

function answerSet(name: string, steps: readonly number[]) {
  return { name, version: "a.0", count: 9, labelled: true, classes: ["cat"], steps };
}

test("the clock reaches over all that is logged, and the newest part is shown", () => {
  const log = training(new Store());
  log.put(client, index({ answers: [answerSet("probe", [0, 30])] }));
  expect(log.whole.value).toEqual({ from: 0, to: 30 });
  expect([log.stretchNumber.value, log.stretch.value?.first_step]).toEqual([1, 5]);
  log.stretchWish.value = 0;
  expect(log.stretch.value?.last_step).toBe(4);
});

test("a log of one moment, or of none, has a clock too", () => {
  const log = training(new Store());
  expect(log.window.value).toEqual({ from: 0, to: 1 });
  log.put(client, index({ parameters: null, answers: [answerSet("probe", [7])] }));
  expect(log.window.value).toEqual({ from: 6.5, to: 7.5 });
});

test("the script's own samples come before the probe's, until somebody wishes otherwise", () => {
  const log = training(new Store());
  log.put(client, index({ answers: [answerSet("probe", [0]), answerSet("outcomes", [0])] }));
  expect(log.set.value?.name).toBe("outcomes");
  log.setWish.value = "probe";
  expect(log.set.value?.name).toBe("probe");
});

test("zooming keeps the time under the pointer where it is, and goes no farther than the log", () => {
  const log = training(new Store());
  log.put(client, index());
  log.zoom(0.5, 5);
  expect(log.window.value).toEqual({ from: 2.5, to: 13 });
  log.show(-10, 0);
  expect(log.window.value).toEqual({ from: 0, to: 10 });
  log.zoom(100, 5);
  expect(log.zoomed.value).toBeNull();
});

test("a pin near another takes it away; of too many the first goes", () => {
  const log = training(new Store());
  for (let time = 0; time <= MOST_PINS; time++) log.togglePin(time, 0.1);
  expect([log.pins.value.length, log.pins.value[0]]).toEqual([MOST_PINS, 1]);
  log.togglePin(3.05, 0.1);
  expect(log.pins.value.includes(3)).toBe(false);
});

test("what is chosen stays as the log grows, and goes with the run", () => {
  const store = new Store();
  store.view.run.value = "r";
  const log = training(store);
  log.put(client, index());
  log.zoom(0.5, 5);
  log.togglePin(3);
  log.put(client, index({ v: "a.2" }));
  expect([log.zoomed.value !== null, log.pins.value]).toEqual([true, [3]]);
  // A run without a training log forgets it, too.
  store.view.run.value = "s";
  expect([log.zoomed.value, log.pins.value]).toEqual([null, []]);
});

test("one may go to times that no map has, until the maps move on", () => {
  const store = new Store();
  const log = training(store);
  log.put(client, index());
  log.goTo(2.5);
  expect(log.now.value).toBe(2.5);
  store.view.time.value = 7;
  expect(log.now.value).toBe(7);
});

test("the last row has a width", () => {
  const log = training(new Store());
  log.put(client, index({ parameters: { statistics: [], bands: [], stretches: [stretch(0, 4)] } }));
  expect(log.whole.value).toEqual({ from: 0, to: 5 });
});

test("who listens is told when classes and layers are numbered anew, and not when the log grows", () => {
  const log = training(new Store());
  let told = 0;
  log.onSubject(() => {
    told += 1;
  });
  log.put(client, index());
  log.put(client, index({ v: "a.2" }));
  expect(told).toBe(0);
  log.stretchWish.value = 0;
  log.put(client, index({ run: "s" }));
  expect(told).toBe(2);
});

test("a run is not laid beside itself", () => {
  const store = new Store();
  const log = training(store);
  log.otherRun.value = "s";
  store.view.run.value = "s";
  expect(log.otherRun.value).toBe("");
});
