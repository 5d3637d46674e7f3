import { expect, test } from "vitest";
import { toChips, turnChip, withoutChip } from "./chips";
import { parse } from "./parser";

function chipsOf(text: string) {
  const query = parse(text);
  return query === null ? null : toChips(query);
}

test("a conjunction comes apart, grouped or not; an alternative does not", () => {
  const texts = (text: string) => chipsOf(text)?.map((chip) => chip.text);
  expect(texts("pred=cat (conf>0.8 and not ever(loss>2)) dog")).toEqual([
    "pred=cat",
    "conf>0.8",
    "not ever(loss>2)",
    "dog",
  ]);
  expect(texts("pred=cat and (a or b)")).toEqual(["pred=cat", "a or b"]);
  expect(texts("pred=cat or conf>0.8")).toBeUndefined();
});

test("one goes, one is turned and turned back", () => {
  const chips = chipsOf("pred=cat and (a or b) and conf>0.8") ?? [];
  expect(withoutChip(chips, 0)).toBe("(a or b) and conf>0.8");
  expect(withoutChip(chips.slice(0, 1), 0)).toBe("");
  expect(turnChip(chips, 1)).toBe("pred=cat and not (a or b) and conf>0.8");
  expect(turnChip(chipsOf(turnChip(chips, 1)) ?? [], 1)).toBe("pred=cat and (a or b) and conf>0.8");
  expect(chipsOf(turnChip(chips, 2))?.map((chip) => chip.negated)).toEqual([false, false, true]);
});
