import { describe, expect, test } from "vitest";
import { axisOf } from "./cube_geometry";
import {
  beside,
  cellLook,
  cellWords,
  changeText,
  columnWidths,
  markedRows,
  marksOf,
  mostOf,
  probability,
  setHeight,
  setLine,
  standing,
} from "./matrix_cells";

const MATRIX = {
  marks: [
    [12, 1, 0],
    [0, 0, 0],
    [3, 6, 2],
  ],
  q: [
    [0.01, 0.9, 1],
    [1, 1, 1],
    [0.05, 0.051, 1],
  ],
};

describe("cells", () => {
  test("that chance explains never look like those that stand out", () => {
    expect(cellLook(12, 0.01, 12)).toEqual({ kind: "stands", level: 1 });
    expect(cellLook(12, 0.051, 12)).toEqual({ kind: "chance", level: 1 });
    expect(cellLook(1, 0.05, 12)).toEqual({ kind: "stands", level: 0 });
    expect(cellLook(0, 0.01, 12).kind).toBe("none");
    expect(cellLook(1, 0.01, 1).level).toBe(1);
  });

  test("are counted", () => {
    expect(standing(MATRIX)).toEqual({ cells: 9, stand: 2 });
    expect(mostOf(MATRIX.marks)).toBe(12);
    expect(mostOf([])).toBe(0);
    expect(markedRows(MATRIX)).toEqual([0, 2]);
  });

  test("say whether chance gives as many", () => {
    const facts = {
      layer: "conv2",
      className: "cat",
      marks: 12,
      filters: 1,
      anomalies: 4,
      p: 0.002,
      q: 0.01,
    };
    expect(cellWords(facts)).toBe(
      "conv2 and 'cat': 12 marks of 1 filter over the class's 4 anomalies; stands out: chance alone gives as many in .002 of shifts, q = .01",
    );
    expect(cellWords({ ...facts, p: 0.31, q: 0.62 })).toBe(
      "conv2 and 'cat': 12 marks of 1 filter over the class's 4 anomalies; chance alone gives as many in .31 of shifts",
    );
    expect(cellWords({ ...facts, p: 0.008, q: 0.075 })).toMatch(
      /in \.008 of shifts, not rare enough for one of all layers \(q = \.075\)$/,
    );
    expect(cellWords({ ...facts, marks: 0 })).toMatch(/^conv2 and 'cat': none of its filters/);
  });

  test("numbers read as in prose", () => {
    expect([1, 0.999, 0.31, 0.05, 0.009, 0.0004].map(probability)).toEqual([
      "1",
      "1",
      ".31",
      ".05",
      ".009",
      "less than .001",
    ]);
    expect([-5, -16, Number.NEGATIVE_INFINITY, 0].map(changeText)).toEqual(["0.031", "2e-5", "0", "1"]);
  });
});

describe("mini-sets", () => {
  const anomalies = [[2, 5, 9], [5], []];
  const columns = axisOf(columnWidths([3, 1, 0], 18));

  test("have a mark at every anomaly that they share, in its sub-column, and none elsewhere", () => {
    expect(columns.edges).toEqual([0, 20, 38, 56]);
    const marks = marksOf(7, { snapshots: [5, 9, 11] }, anomalies, columns);
    expect(marks.map(({ set, column, snapshot }) => [set, column, snapshot])).toEqual([
      [7, 0, 5],
      [7, 0, 9],
      [7, 1, 5],
    ]);
    expect(marks.map(({ x }) => x)).toEqual([8, 12, 24]);
    for (const { x, width, column } of marks) {
      expect(x).toBeGreaterThanOrEqual(columns.edges[column] as number);
      expect(x + width).toBeLessThanOrEqual(columns.edges[column + 1] as number);
    }
  });

  test("are joined from the first mark to the last, the thicker the more filters", () => {
    const marks = marksOf(0, { snapshots: [2, 5] }, anomalies, columns);
    const thin = setLine(marks, { filters: [1], weight: 2 }, 10);
    const thick = setLine(marks, { filters: [1, 2, 3], weight: 10 }, 10);
    expect([thin?.from, thin?.to]).toEqual([4, 33]);
    expect([thin?.width, thick?.width]).toEqual([1, 3]);
    expect(thick?.opacity).toBeGreaterThan(thin?.opacity as number);
    expect(setLine(marks.slice(0, 1), { filters: [1], weight: 2 }, 10)).toBeNull();
    expect(setHeight(4)).toBeGreaterThan(setHeight(1));
  });
});

test("arrow keys lead to the nearest place in their direction", () => {
  const grid = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => ({ x: 20 * column, y: 10 * row })));
  const from = grid[4] as { x: number; y: number };
  expect(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].map((key) => beside(grid, from, key))).toEqual([
    1, 7, 3, 5,
  ]);
  expect(beside(grid, grid[2] as typeof from, "ArrowRight")).toBe(-1);
  expect(beside(grid, from, "a")).toBe(-1);
  // A mark that lies a little aside is still reached.
  expect(
    beside(
      [
        { x: 0, y: 0 },
        { x: 3, y: 30 },
      ],
      { x: 0, y: 0 },
      "ArrowDown",
    ),
  ).toBe(1);
});
