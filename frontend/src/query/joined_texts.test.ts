import { expect, test } from "vitest";
import { random } from "../analysis/random.fixture";
import { joined, markFound } from "./joined_texts";

function found(values: readonly string[], needle: string, whole = false): number[] {
  const out = new Uint8Array(values.length);
  markFound(out, joined(values), needle, whole);
  return [...out];
}

test("what is found is what looking at each text finds", () => {
  const draw = random(4);
  const word = (most: number) =>
    Array.from({ length: Math.floor(draw() * most) }, () => "abA"[Math.floor(draw() * 3)]).join("");
  for (let round = 0; round < 200; round++) {
    const values = Array.from({ length: 1 + Math.floor(draw() * 9) }, () => word(5));
    const needle = word(3).toLowerCase();
    const texts = values.map((value) => value.toLowerCase());
    expect(found(values, needle)).toEqual(texts.map((text) => Number(text.includes(needle))));
    expect(found(values, needle, true)).toEqual(texts.map((text) => Number(text === needle)));
  }
});

test("letters that grow or change with their place in lower case do not shift the rows", () => {
  const values = ["İstanbul", "ΟΔΟΣ", "x"];
  expect(found(values, "x")).toEqual([0, 0, 1]);
  expect(found(values, "οδος", true)).toEqual([0, 1, 0]);
});

test("separators in texts do no harm, and nobody finds across two texts", () => {
  const values = ["a\u0000b", "c"];
  expect(found(values, "b")).toEqual([1, 0]);
  expect(found(values, "b", true)).toEqual([0, 0]);
  expect(found(values, "c", true)).toEqual([0, 1]);
  expect(found(values, "b\u0000c")).toEqual([0, 0]);
  expect(found([], "a")).toEqual([]);
});
