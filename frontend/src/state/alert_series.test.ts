import { expect, test } from "vitest";
import type { ClassHealth, HealthSeries } from "../data/health_types";
import { seriesOf } from "./alert_series";
import { makeAlert } from "./alerts.fixture";

const steps = Int32Array.of(0, 1);
const HEALTH: HealthSeries = {
  steps,
  measures: ["separation"],
  values: Float32Array.of(1, 2),
  rates: new Float32Array(2),
  tasks: ["a", "b"],
  taskMeasures: ["accuracy"],
  taskValues: Float32Array.of(10, 11, 12, 13),
};
const CLASSES: ClassHealth = {
  steps,
  measures: ["separation"],
  classes: 2,
  values: Float32Array.of(20, 21, 22, 23),
  gaps: Float32Array.of(Number.NaN, 30, 30, Number.NaN, Number.NaN, 31, 31, Number.NaN),
};
const numbers = (...args: Parameters<typeof seriesOf>) => [...(seriesOf(...args)?.values ?? [])];

test("an alert of a layer is about the layer's numbers", () => {
  expect(numbers(makeAlert(1), HEALTH, null)).toEqual([1, 2]);
  expect(seriesOf(makeAlert(1, { measure: "rank" }), HEALTH, CLASSES)).toBeNull();
  expect(seriesOf(makeAlert(1), null, null)).toBeNull();
});

test("one of a class about the class's, one of two about their gap, one of a task about the task's", () => {
  expect(numbers(makeAlert(1, { classes: [1] }), HEALTH, CLASSES)).toEqual([21, 23]);
  expect(numbers(makeAlert(1, { classes: [1, 0], measure: "gap" }), HEALTH, CLASSES)).toEqual([30, 31]);
  expect(numbers(makeAlert(1, { task: "b", measure: "accuracy" }), HEALTH, null)).toEqual([11, 13]);
});

test("what names classes and measures the layer is about the layer's numbers", () => {
  expect(numbers(makeAlert(1, { classes: [0, 1] }), HEALTH, CLASSES)).toEqual([1, 2]);
  expect(numbers(makeAlert(1, { classes: [7] }), HEALTH, CLASSES)).toEqual([1, 2]);
});

test("of many classes gaps are not logged: of two that merge it is about what either keeps from its nearest", () => {
  const many = { ...CLASSES, gaps: null };
  expect(numbers(makeAlert(1, { classes: [0, 1], measure: "gap" }), HEALTH, many)).toEqual([20, 22]);
});
