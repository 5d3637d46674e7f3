import { expect, test } from "vitest";
import { UNKNOWN_CLASS } from "../data/types";
import { epochColumn } from "../worker/epoch_columns";
import { orderRows } from "./order";
import { random } from "./random.fixture";

const rows = Uint32Array.of(4, 1, 3, 0);
const number = (...values: number[]) =>
  ({ kind: "number", values: Float64Array.from(values), quantum: 0 }) as const;
const text = (...values: string[]) => ({ kind: "text", values }) as const;

test("numbers go up or down, and what is not known comes last either way", () => {
  const values = number(0.5, Number.NaN, 9, 0.1, 0.5);
  expect([...orderRows(rows, values, false)]).toEqual([3, 4, 0, 1]);
  expect([...orderRows(rows, values, true)]).toEqual([4, 0, 3, 1]);
  expect([...orderRows(rows, number(...Array(5).fill(Number.NaN)), true)]).toEqual([...rows]);
});

test("ids that spell numbers are ordered as numbers, others as texts", () => {
  expect([...orderRows(rows, text("10", "9", "", "100", "-1"), false)]).toEqual([4, 1, 0, 3]);
  expect([...orderRows(rows, text("img10", "img9", "", "img100", "a"), false)]).toEqual([4, 0, 3, 1]);
});

test("without an order the rows stay as they are", () => {
  expect(orderRows(rows, null, true)).toBe(rows);
});

test("any numbers are in the order that comparing each pair gives", () => {
  const draw = random(5);
  const special = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -1e300];
  const values = Array.from({ length: 400 }, (_, i) =>
    i % 3 === 0 ? (special[Math.floor(draw() * special.length)] as number) : Math.round(40 * draw() - 20) / 3,
  );
  const all = Uint32Array.from(values.keys()).toReversed();
  for (const descending of [false, true]) {
    const rank = (row: number) => (Number.isNaN(values[row]) ? 1 : 0);
    const ordered = [...all].sort((p, q) => {
      const [a, b] = [values[p] as number, values[q] as number];
      const way = a === b || rank(p) + rank(q) > 0 ? 0 : a < b === descending ? 1 : -1;
      return rank(p) - rank(q) || way || all.indexOf(p) - all.indexOf(q);
    });
    expect([...orderRows(all, number(...values), descending)]).toEqual(ordered);
  }
});

test("bytes are ordered as the numbers that they stand for", () => {
  const of = Uint8Array.of(7, 255, 0, 7, 3);
  const predictions = Uint16Array.of(0, 1, UNKNOWN_CLASS, 0, 2);
  const column = epochColumn(
    "conf",
    { confidence: of, prediction: predictions },
    { labels: new Int32Array(5), classes: [] },
  );
  expect([...orderRows(rows, column, false)]).toEqual([4, 3, 0, 1]);
  expect([...orderRows(Uint32Array.of(0, 1, 2, 3, 4), column, true)]).toEqual([1, 0, 3, 4, 2]);
});
