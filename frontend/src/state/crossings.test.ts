import { expect, test } from "vitest";
import { crossings, crossingsNow, rowsOfTasks } from "./crossings";
import { makeIndex } from "./index.fixture";
import { Store } from "./store";

const NONE = 65_535;

test("who is predicted otherwise, the worst first", () => {
  const before = Uint16Array.of(0, 0, 1, 1, 2, NONE, 2, 2, 2);
  const now = Uint16Array.of(1, 1, 0, 1, 0, 0, NONE, 1, 1);
  const labels = Int32Array.of(0, 1, 1, 1, 0, 0, 2, 0, 0);
  expect(crossings(before, now, labels, null)).toEqual([
    { from: 0, to: 1, rows: [0, 1], lost: 1 },
    { from: 1, to: 0, rows: [2], lost: 1 },
    { from: 2, to: 1, rows: [7, 8], lost: 0 },
    { from: 2, to: 0, rows: [4], lost: 0 },
  ]);
  expect(crossings(before, now, labels, [1, 3]).map(({ rows }) => rows)).toEqual([[1]]);
  expect(crossings(before, before, labels, null)).toEqual([]);
});

test("what is predicted at one end only is not known, and not called the same", () => {
  const store = new Store();
  store.view.run.value = "r";
  store.data.index.value = makeIndex({ steps: 3, frames: 3 });
  store.view.layer.value = "fc";
  store.view.method.value = "hidden";
  store.view.time.value = 2;
  store.data.samples.value = { ids: ["a", "b"], labels: Int32Array.of(0, 1), texts: null };
  const put = (i: number, ...prediction: number[]) =>
    store.putFrame(i, {
      step: i,
      count: 2,
      bounds: [0, 0, 1, 1],
      positions: new Uint16Array(4),
      prediction: Uint16Array.from(prediction),
      confidence: new Uint8Array(2),
      flags: new Uint8Array(2),
      kept: new Uint8Array(2),
    });
  put(1, NONE, NONE);
  put(2, 0, 1);
  const now = (first = 0) => crossingsNow(store, { first, last: 1, over: true }, () => [0, 1]);
  expect(now()).toBe("Predictions are not known.");
  put(1, 1, NONE);
  expect(now()).toMatchObject({ before: 1, now: 2, of: 1, unknown: 1, all: [{ from: 1, to: 0, rows: [0] }] });
  // The next task began at once: no map is of this one.
  expect(now(2)).toBe("There is no map of the end of this task.");
});

test("samples of the old tasks alone, by their rows or until those are here by their classes", () => {
  const task = (name: string, classes: number[]) => ({ name, classes, step: 0, version: name, count: 1 });
  const tasks = [task("a", [0]), task("b", [1]), task("c", [2])];
  const labels = Int32Array.of(0, 1, 2, 1, 0);
  expect(rowsOfTasks(tasks, 1, labels, new Map())).toEqual([0, 1, 3, 4]);
  expect(rowsOfTasks(tasks, 0, labels, new Map([["a", Int32Array.of(2)]]))).toEqual([2]);
});
