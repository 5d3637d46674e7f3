import { expect, test } from "vitest";
import { frameData, LABELS } from "../testing";
import { accuracyOf, classStats, mistakes } from "./class_stats";

const stats = classStats(Int32Array.from(LABELS), 3, frameData(0));

test("counts labels, and hits of the frame; unlabelled and unpredicted samples are not judged", () => {
  expect(stats).toEqual({ counts: [2, 2, 1], judged: [2, 2, 1], right: [2, 1, 1] });
  expect([0, 1, 2].map((i) => accuracyOf(stats, i))).toEqual([1, 0.5, 1]);
});

test("mistakes are counted among the classes that are shown", () => {
  expect(mistakes(stats, new Set())).toEqual({ judged: 5, wrong: 1 });
  expect(mistakes(stats, new Set([1]))).toEqual({ judged: 3, wrong: 0 });
});

test("without a frame nothing is judged", () => {
  const none = classStats(Int32Array.from(LABELS), 3, undefined);
  expect(none).toEqual({ counts: [2, 2, 1], judged: [0, 0, 0], right: [0, 0, 0] });
  expect(accuracyOf(none, 0)).toBeNull();
});

test("labels beyond the classes count nowhere", () => {
  expect(classStats(Int32Array.from([9, -1, 0]), 1, undefined).counts).toEqual([1]);
});
