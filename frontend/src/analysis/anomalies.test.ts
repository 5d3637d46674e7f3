import { describe, expect, it, test } from "vitest";
import type { FlipEvents } from "../data/training_types";
import {
  byClass,
  defaultWindow,
  findAnomalies,
  flipCounts,
  shareOf,
  type Threshold,
  thresholdOf,
  wholeSet,
} from "./anomalies";
import { random } from "./random.fixture";

/** Right (1), wrong (0) or not seen (-1) of each sample at each snapshot. */
type History = readonly (readonly number[])[];

function history(samples: number, snapshots: number, next: () => number): number[][] {
  return Array.from({ length: samples }, () => {
    let now = next() < 0.5 ? 0 : 1;
    return Array.from({ length: snapshots }, () => {
      if (next() < 0.25) now = 1 - now;
      return next() < 0.08 ? -1 : now;
    });
  });
}

/** How often the state at `t` goes on in one direction, at least 1. */
function length(v: readonly number[], t: number, way: 1 | -1): number {
  let n = 1;
  while (v[t + way * n] === v[t]) n += 1;
  return n;
}

function eventsOf(all: History, labels: readonly number[]): FlipEvents {
  const rows: number[][] = [];
  for (let t = 1; t < (all[0]?.length ?? 0); t++) {
    all.forEach((v, i) => {
      if ((v[t] as number) < 0 || (v[t - 1] as number) < 0 || v[t] === v[t - 1]) return;
      rows.push([t, labels[i] as number, length(v, t - 1, -1), length(v, t, 1)]);
    });
  }
  const column = (k: number) => Uint16Array.from(rows, (row) => row[k] as number);
  return {
    snapshot: column(0),
    class: column(1),
    before: column(2),
    after: column(3),
  };
}

/** The rules as they are written: for every sample and snapshot, k snapshots back and k ahead. */
function naive(all: History, labels: readonly number[], k: number, snapshots: number, classes: number) {
  const [left, right] = [new Uint32Array(snapshots * classes), new Uint32Array(snapshots * classes)];
  const steps = Array.from({ length: k }, (_, i) => i);
  all.forEach((v, i) => {
    for (let t = 1; t < snapshots; t++) {
      if (v[t] === v[t - 1] || v[t] === -1 || v[t - 1] === -1) continue;
      const cell = t * classes + (labels[i] as number);
      if (steps.every((s) => v[t - 1 - s] === v[t - 1])) left[cell] = (left[cell] as number) + 1;
      if (steps.every((s) => v[t + s] === v[t])) right[cell] = (right[cell] as number) + 1;
    }
  });
  return { k, snapshots, classes, left, right };
}

test.each([...Array(25).keys()])("both rules equal the naive loop, history %i", (seed) => {
  const next = random(seed + 1);
  const [samples, snapshots, classes] = [1 + Math.floor(12 * next()), 1 + Math.floor(40 * next()), 4];
  const all = history(samples, snapshots, next);
  const labels = all.map(() => Math.floor(classes * next()));
  for (const k of [1, 2, 3, 7, 31]) {
    const counts = flipCounts(eventsOf(all, labels), k, snapshots, classes);
    const expected = naive(all, labels, k, snapshots, classes);
    expect(counts).toEqual(expected);
    const whole = wholeSet(counts);
    const everybody = all.map(() => 0);
    expect(whole).toEqual(naive(all, everybody, k, snapshots, 1));
  }
});

test("what lies outside of the log or its classes is passed over", () => {
  const flips = eventsOf([[0, 0, 1, 1]], [3]);
  expect(flipCounts(flips, 1, 4, 3).left.some((count) => count > 0)).toBe(false);
  expect(flipCounts(flips, 1, 2, 4).left.some((count) => count > 0)).toBe(false);
  expect(flipCounts(flips, 1, 3, 4).left[2 * 4 + 3]).toBe(1);
});

describe("an anomaly", () => {
  /** Three of four samples of class 1 become wrong at 3 for three snapshots, one of class 0 becomes right at 1. */
  const all = [
    [0, 1, 1, 1, 1, 1],
    ...Array.from({ length: 3 }, () => [1, 1, 1, 0, 0, 0]),
    [1, 1, 1, 1, 1, 1],
  ];
  const counts = flipCounts(eventsOf(all, [0, 1, 1, 1, 1]), 3, 6, 2);
  const found = findAnomalies(counts, [1, 3], "both");

  it("is where a rule reaches the class's threshold", () => {
    expect(found).toEqual([
      { class: 0, snapshot: 1, left: 0, right: 1 },
      { class: 1, snapshot: 3, left: 3, right: 3 },
    ]);
    expect(findAnomalies(counts, [2, 4], "both")).toEqual([]);
    expect(byClass(found)).toEqual(new Map(found.map((one) => [one.class, [one]])));
    expect(found.map((one) => shareOf(one, 4))).toEqual([0.25, 0.75]);
  });
  it("is of the rule that is asked for", () => {
    expect(findAnomalies(counts, [1, 1], "left")).toEqual([{ class: 1, snapshot: 3, left: 3, right: 0 }]);
    expect(findAnomalies(counts, [1, 1], "right").map(({ left }) => left)).toEqual([0, 0]);
  });
});

test("defaults are those of the analysis in Python", () => {
  expect([0, 1, 2, 20, 200, 757, 5000].map(defaultWindow)).toEqual([1, 1, 1, 3, 8, 31, 205]);
  const share = (value: number): Threshold => ({ unit: "share", value });
  expect([5, 30, 50, 1000].map((size) => thresholdOf(size, share(0.1)))).toEqual([2, 3, 5, 100]);
  expect(thresholdOf(50, { unit: "samples", value: 7 })).toBe(7);
});
