import { expect, test } from "vitest";
import type { TaskInfo } from "../data/health_types";
import { figuresOf, numberAt, spansOf } from "./tasks";

const task = (name: string, step: number | null): TaskInfo => ({
  name,
  step,
  version: name,
  count: 2,
  classes: [],
});

test("a task lasts until the next one that has begun", () => {
  expect(spansOf([task("a", 0), task("b", 5), task("c", null)], 9)).toEqual([
    { first: 0, last: 4, over: true },
    { first: 5, last: 9, over: false },
    null,
  ]);
  expect(spansOf([], Number.NEGATIVE_INFINITY)).toEqual([]);
  expect(spansOf([task("a", 3)], Number.NEGATIVE_INFINITY)).toEqual([{ first: 3, last: 3, over: false }]);
});

test("forward transfer is counted from the untrained network, and without it is not known", () => {
  const steps = Int32Array.of(0, 1, 2);
  const columns = [Float32Array.of(0.25, 1, 0), Float32Array.of(0.125, 0.5, 1)];
  const logged = figuresOf({ steps, columns }, [1, 2]);
  expect(logged.untrained).toBe(true);
  expect(logged.forward).toBeCloseTo(0.5 - 0.125);
  expect(logged.forgetting).toBeCloseTo(1);
  const unknown = figuresOf({ steps: steps.subarray(1), columns: columns.map((c) => c.subarray(1)) }, [1, 2]);
  expect([unknown.untrained, unknown.forward]).toEqual([false, Number.NaN]);
  expect(unknown.forgetting).toBeCloseTo(1);
});

test("the number at the end of a task is of one of its own steps", () => {
  const found = { steps: Int32Array.of(0, 4, 9), columns: [Float32Array.of(0.1, 0.2, 0.3), null] };
  expect(numberAt(found, 0, 1, 8)).toBeCloseTo(0.2);
  // No snapshot lies in it, and one that the next task followed at once.
  expect([numberAt(found, 0, 5, 8), numberAt(found, 0, 4, 3), numberAt(found, 1, 0, 9)]).toEqual([
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
  expect(spansOf([task("a", 4), task("b", 4)], 9)[0]).toEqual({ first: 4, last: 3, over: true });
});

test("a task that was not measured counts for nothing", () => {
  const figures = figuresOf({ steps: Int32Array.of(0, 1), columns: [Float32Array.of(1, 0.5), null] }, [0, 1]);
  expect(figures.averageAccuracy).toBeCloseTo(0.5);
  expect(figures.forward).toBeNaN();
});
