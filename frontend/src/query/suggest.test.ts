import { expect, test } from "vitest";
import { random } from "../analysis/random.fixture";
import { didYouMean, editDistance } from "./suggest";

/** The definition, by recursion. */
function slowly(p: string, q: string): number {
  if (p === "" || q === "") return p.length + q.length;
  const [a, b] = [p.slice(0, -1), q.slice(0, -1)];
  const ways = [slowly(a, q) + 1, slowly(p, b) + 1, slowly(a, b) + (p.at(-1) === q.at(-1) ? 0 : 1)];
  if (p.length > 1 && q.length > 1 && p.at(-1) === q.at(-2) && p.at(-2) === q.at(-1)) {
    ways.push(slowly(p.slice(0, -2), q.slice(0, -2)) + 1);
  }
  return Math.min(...ways);
}

test("counts slips as the definition does", () => {
  const draw = random(5);
  const word = () =>
    Array.from({ length: Math.floor(draw() * 6) }, () => "ab c"[Math.floor(draw() * 4)]).join("");
  for (let i = 0; i < 200; i++) {
    const [p, q] = [word(), word()];
    expect(editDistance(p, q), `${p}|${q}`).toBe(slowly(p, q));
  }
});

test("offers what is near, the nearest first, and nothing far-fetched", () => {
  expect(didYouMean("lable", ["label", "table", "pred"])).toEqual(["label", "table"]);
  expect(didYouMean("forgot", ["flips", "forgotten"])).toEqual(["forgotten"]);
  expect(didYouMean("Truk", ["truck", "trunk", "cat"])).toEqual(["truck", "trunk"]);
  expect(didYouMean("elephant", ["cat", "dog"])).toEqual([]);
});
