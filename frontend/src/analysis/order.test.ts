import { expect, test } from "vitest";
import { orderRows } from "./order";

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
