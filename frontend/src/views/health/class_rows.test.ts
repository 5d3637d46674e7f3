import { expect, test } from "vitest";
import type { ClassHealth } from "../../data/health_types";
import { classRows, ordered, pairsAt, rowsOfClasses } from "./class_rows";

const NONE = Number.NaN;
const LAYER: ClassHealth = {
  steps: Int32Array.of(0, 10),
  measures: ["separation", "nearest"],
  classes: 3,
  values: Float32Array.of(1, 2, NONE, 3, 1, NONE, 1, 0, NONE, 1, 0, NONE),
  gaps: Float32Array.of(NONE, 1, 2, 1, NONE, 3, 2, 3, NONE, NONE, 4, 1, 4, NONE, NONE, 1, NONE, NONE),
};
const OUTCOMES: ClassHealth = {
  steps: Int32Array.of(0, 10),
  measures: ["accuracy"],
  classes: 3,
  values: Float32Array.of(0.1, 0.2, NONE, 0.9, 1, NONE),
  gaps: null,
};

test("classes now, the worst first; one that was never seen is left out", () => {
  const rows = classRows(LAYER, OUTCOMES, ["cat", "dog"], 7);
  expect(rows.map(({ name, separation, nearest }) => [name, separation, nearest])).toEqual([
    ["cat", 3, 1],
    ["dog", 1, 0],
  ]);
  expect(ordered(rows, "separation").map(({ name }) => name)).toEqual(["dog", "cat"]);
  expect(ordered(rows, "accuracy").map(({ name }) => name)).toEqual(["cat", "dog"]);
  // Not known comes last, and ties keep the order of the classes.
  expect(ordered(rows, "agreement").map(({ name }) => name)).toEqual(["cat", "dog"]);
  expect(classRows(LAYER, null, [], 0)[0]?.accuracy).toBeNaN();
  // Not known now, but known once: it stays in the table.
  const gone = { ...LAYER, values: LAYER.values.map((v, i) => (i % 6 === 3 ? NONE : v)) };
  expect(classRows(gone, null, [], 10).map(({ index, separation }) => [index, separation])).toEqual([
    [0, NONE],
    [1, 1],
  ]);
});

test("pairs, the nearest first", () => {
  expect(pairsAt(LAYER, 1)).toEqual([
    { a: 0, b: 2, gap: 1 },
    { a: 0, b: 1, gap: 4 },
  ]);
  expect(pairsAt(LAYER, -1)).toEqual([]);
  // Gaps of the newest step alone are at that step.
  const newest = { ...LAYER, gaps: LAYER.gaps?.subarray(9) ?? null };
  expect([pairsAt(newest, 0), pairsAt(newest, 1)]).toEqual([[], pairsAt(LAYER, 1)]);
  expect(pairsAt(OUTCOMES, 0)).toEqual([]);
  expect(rowsOfClasses(Int32Array.of(0, 1, 2, 0), [0, 2])).toEqual([0, 2, 3]);
});
