import { expect, test } from "vitest";
import { CodecError } from "./codec";
import { containerBytes, type HandArray } from "./codec.fixture";
import { decodeClassHealth, decodeHealth } from "./health_codec";
import { classMeasureOf, gapOf, gapsFrom, measureOf, taskMeasureOf } from "./health_types";

const bytes = (array: { readonly buffer: ArrayBufferLike }) => new Uint8Array(array.buffer as ArrayBuffer);
const floats = (name: string, shape: number[], ...values: number[]): HandArray => ({
  name,
  dtype: "f4",
  shape,
  bytes: bytes(Float32Array.from(values)),
});
const steps = (...values: number[]): HandArray => ({
  name: "steps",
  dtype: "i4",
  shape: [values.length],
  bytes: bytes(Int32Array.from(values)),
});

test("a layer's health is one column a measure, and one a task and measure", () => {
  const arrays = [
    steps(0, 4, 9),
    floats("values", [2, 3], 1, 2, Number.NaN, 4, 5, 6),
    floats("rates", [3], 0.1, 0.1, 0.01),
    floats("task_values", [1, 3, 2], 10, 11, 12, 13, 14, 15),
  ];
  const meta = { measures: ["separation", "rank"], task_measures: ["accuracy"], tasks: ["a", "b"] };
  const health = decodeHealth(containerBytes(arrays, meta).buffer);
  expect([...(measureOf(health, "separation") ?? [])]).toEqual([1, 2, Number.NaN]);
  expect([...(measureOf(health, "rank") ?? [])]).toEqual([4, 5, 6]);
  expect(measureOf(health, "norm")).toBeNull();
  expect([...(taskMeasureOf(health, "accuracy", 1) ?? [])]).toEqual([11, 13, 15]);
  expect(taskMeasureOf(health, "accuracy", 2)).toBeNull();
  expect([...health.steps]).toEqual([0, 4, 9]);
});

test("a run without tasks has none", () => {
  const arrays = [steps(0), floats("values", [1, 1], 3), floats("rates", [1], Number.NaN)];
  const health = decodeHealth(containerBytes(arrays, { measures: ["loss"] }).buffer);
  expect([health.tasks, health.taskValues.length]).toEqual([[], 0]);
  expect(taskMeasureOf(health, "accuracy", 0)).toBeNull();
});

test("values that do not fit the names are refused", () => {
  const arrays = [steps(0, 1), floats("values", [1, 2], 3, 4), floats("rates", [2], 0, 0)];
  expect(() => decodeHealth(containerBytes(arrays, { measures: ["a", "b"] }).buffer)).toThrow(CodecError);
  expect(() => decodeHealth(containerBytes(arrays, { measures: "a" }).buffer)).toThrow(/does not name/);
});

test("classes have a column each, and two classes their gap", () => {
  const arrays = [
    steps(0, 1),
    floats("values", [1, 2, 2], 1, 2, 3, 4),
    floats("gaps", [2, 2, 2], Number.NaN, 7, 7, Number.NaN, Number.NaN, 8, 8, Number.NaN),
  ];
  const health = decodeClassHealth(containerBytes(arrays, { measures: ["separation"] }).buffer);
  expect([...(classMeasureOf(health, "separation", 1) ?? [])]).toEqual([2, 4]);
  expect([...(gapOf(health, 1, 0) ?? [])]).toEqual([7, 8]);
  expect([gapOf(health, 0, 2), classMeasureOf(health, "accuracy", 0)]).toEqual([null, null]);
});

test("gaps that are told of the newest steps alone stand at those steps", () => {
  const arrays = [
    steps(0, 1, 2),
    floats("values", [1, 3, 2], 1, 2, 3, 4, 5, 6),
    floats("gaps", [1, 2, 2], Number.NaN, 9, 9, Number.NaN),
  ];
  const health = decodeClassHealth(containerBytes(arrays, { measures: ["separation"] }).buffer);
  expect([...(gapOf(health, 0, 1) ?? [])]).toEqual([Number.NaN, Number.NaN, 9]);
  expect([health.gaps?.length, gapsFrom(health)]).toEqual([4, 2]);
  const none = decodeClassHealth(containerBytes(arrays.slice(0, 2), { measures: ["separation"] }).buffer);
  expect(gapOf(none, 0, 1)).toBeNull();
});
