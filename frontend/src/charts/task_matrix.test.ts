import { expect, test } from "vitest";
import { cellAt, leastOf, type MatrixModel, shareOf } from "./task_matrix";
import { timeScale } from "./time_scale";

const MODEL: MatrixModel = {
  steps: [0, 1, 2, 3],
  rows: [
    { name: "a", values: [0, 1, 0.5, 0.2], own: [0, 1] },
    { name: "b", values: [0, 0, 0.5, 1], own: null },
  ],
  domain: [0, 1],
  rowHeight: 20,
};

test("a pixel shows the least of its snapshots, and what is not known is not zero", () => {
  const first = Int32Array.of(0, 2, 3, 4);
  const end = Int32Array.of(2, 3, 4, 4);
  expect([...leastOf([0.7, 0.2, Number.NaN, 0], first, end)]).toEqual([0.2, Number.NaN, 0, Number.NaN]);
});

test("the cell under the pointer", () => {
  const scale = timeScale(-0.5, 3.5, 40);
  expect(cellAt(MODEL, scale, 25, 21)).toEqual({ row: 1, snapshot: 2 });
  expect(cellAt(MODEL, scale, 0, 0)).toEqual({ row: 0, snapshot: 0 });
  expect(cellAt(MODEL, scale, 5, 41)).toBeNull();
  expect(cellAt(MODEL, scale, 45, 10)).toBeNull();
});

test("values beyond the colours look like their ends", () => {
  expect([-1, 0, 0.25, 2].map((value) => shareOf(value, [0, 1]))).toEqual([0, 0, 0.25, 1]);
  expect(shareOf(3, [3, 3])).toBe(0.5);
});
