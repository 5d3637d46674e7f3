import { expect, test } from "vitest";
import { accuracyMatrix, transfer, whatWasLost } from "./forgetting";

const STEPS = [0, 1, 2, 3, 4, 5, 6];
/** Three tasks that begin at 1, 3 and 5. */
const COLUMNS = [
  [0.1, 0.8, 0.9, 0.5, 0.4, 0.3, 0.2],
  [0.2, 0.1, 0.3, 0.7, 0.8, 0.6, 0.5],
  [0.3, 0.2, 0.1, 0.2, 0.4, 0.9, 1.0],
];

test("rows are the last steps before the next task begins", () => {
  const matrix = accuracyMatrix(STEPS, COLUMNS, [1, 3, 5]);
  expect(matrix.map((row) => [...row])).toEqual([
    [0.9, 0.3, 0.1],
    [0.4, 0.8, 0.4],
    [0.2, 0.5, 1.0],
  ]);
});

test("a task without a step of its own is not known", () => {
  const matrix = accuracyMatrix([0, 1, 2], [COLUMNS[0] ?? [], COLUMNS[1] ?? []], [1, 7]);
  expect([...(matrix[1] ?? [])]).toEqual([Number.NaN, Number.NaN]);
  expect([...(matrix[0] ?? [])]).toEqual([0.9, 0.3]);
});

test("the numbers are those of the papers", () => {
  const found = transfer(accuracyMatrix(STEPS, COLUMNS, [1, 3, 5]), [0.1, 0.1, 0.1]);
  expect(found.averageAccuracy).toBeCloseTo((0.2 + 0.5 + 1) / 3);
  expect(found.forgetting).toBeCloseTo((0.9 - 0.2 + (0.8 - 0.5)) / 2);
  expect(found.backward).toBeCloseTo((0.2 - 0.9 + (0.5 - 0.8)) / 2);
  expect(found.forward).toBeCloseTo((0.3 - 0.1 + (0.4 - 0.1)) / 2);
  expect(found.forgotten[0]).toBeCloseTo(0.7);
  expect(found.forgotten[2]).toBeNaN();
});

test("forgetting is measured from the best, which may come after the task itself", () => {
  const matrix = [
    [0.5, 0],
    [0.9, 0.8],
    [0.6, 0.8],
  ].map((row) => Float64Array.from([...row, 1]));
  expect(transfer(matrix, []).forgotten[0]).toBeCloseTo(0.3);
  expect(transfer(matrix, []).backward).toBeCloseTo((0.1 + 0) / 2);
});

test("what is not known is left out, and nothing is known of no task", () => {
  const matrix = [
    [Number.NaN, 0.2],
    [0.5, 0.9],
  ].map((row) => Float64Array.from(row));
  const found = transfer(matrix, [Number.NaN, Number.NaN]);
  expect(found.averageAccuracy).toBeCloseTo(0.7);
  expect([found.forgetting, found.backward, found.forward]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect(transfer([], []).averageAccuracy).toBeNaN();
});

test("the head or the representation forgot", () => {
  const end = { accuracy: 0.95, probe: 0.96 };
  expect(whatWasLost(end, { accuracy: 0.9, probe: 0.5 })).toBe("kept");
  expect(whatWasLost(end, { accuracy: 0.03, probe: 0.94 })).toBe("head");
  expect(whatWasLost(end, { accuracy: 0.03, probe: 0.2 })).toBe("representation");
  expect(whatWasLost(end, { accuracy: 0.05, probe: 0.56 })).toBe("both");
  expect(whatWasLost(end, { accuracy: 0.03, probe: Number.NaN })).toBe("unknown");
  expect(whatWasLost({ accuracy: Number.NaN, probe: 1 }, end)).toBe("unknown");
});
