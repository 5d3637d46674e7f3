import { expect, test } from "vitest";
import { complete } from "./complete";
import { parse } from "./parser";
import { compile } from "./plan";
import { SCHEMA } from "./rows.fixture";

/** What is offered where "|" is. */
function at(marked: string) {
  const caret = marked.indexOf("|");
  const text = marked.replace("|", "");
  const { from, to, items } = complete(text, caret, SCHEMA);
  return {
    labels: items.map(({ label }) => label),
    /** The text after one of them was chosen. */
    choose: (label: string) => {
      const item = items.find((candidate) => candidate.label === label);
      return text.slice(0, from) + (item?.insert ?? "?") + text.slice(to);
    },
  };
}

test("offers columns first, those that are there", () => {
  const { labels } = at("|");
  expect(labels).toEqual(expect.arrayContaining(["pred", "conf", "tags", "not", "ever", "always"]));
  expect(labels).not.toContain("loss");
  expect(at("pred=cat and |").labels).toEqual(labels);
  expect(at("not (|").labels).toEqual(labels);
});

test("narrows down to what is typed, from its start, from inside, and when it is mistyped", () => {
  expect(at("la|").labels).toEqual(["label", "original_label"]);
  expect(at("la|").choose("label")).toBe("label");
  expect(at("cnof|").labels).toEqual(["conf"]);
  expect(at("pred=cat and fl|ipz").choose("flips")).toBe("pred=cat and flips");
});

test("offers the operators that a column understands, then its values", () => {
  expect(at("pred |").labels).toEqual(["=", "!=", "~", "in"]);
  expect(at("conf|").labels).toEqual(["=", "!=", "<", "<=", ">", ">=", "in"]);
  expect(at("pred=|").labels).toEqual(["cat", "dog", "Sea lion", "3", "label", "original_label", "none"]);
  expect(at("pred=se|").choose("Sea lion")).toBe('pred="Sea lion" ');
  expect(at('pred="sea l|').choose("Sea lion")).toBe('pred="Sea lion" ');
  expect(at("tags=|").labels).toEqual(["augmented", "noisy", "none"]);
  expect(at("conf>|").labels).toEqual(["flips", "none"]);
  expect(at("zzz=|").labels).toEqual([]);
});

test("offers what joins conditions once one is there", () => {
  expect(at("pred=cat |").labels).toEqual(["and", "or"]);
  expect(at("(pred=cat |").labels).toEqual(["and", "or", ")"]);
  expect(at("held_out |").labels.slice(0, 2)).toEqual(["and", "or"]);
  expect(at("pred=cat a|").choose("and")).toBe("pred=cat and ");
});

test("leads through a list", () => {
  expect(at("label in |").labels).toEqual(["("]);
  expect(at("label in (|").labels).toEqual(["cat", "dog", "Sea lion", "3"]);
  expect(at("label in (cat |").labels).toEqual([",", ")"]);
  expect(at("label in (cat, d|").choose("dog")).toBe("label in (cat, dog");
});

test("whoever takes the first offer again and again ends at a query that works", () => {
  let text = "";
  const choose = (label: string) => {
    text = at(`${text}|`).choose(label);
  };
  for (const label of ["pred", "!=", "label", "and", "held_out", "or", "tags", "in", "noisy", ")"])
    choose(label);
  const query = parse(text);
  expect(query?.kind).toBe("or");
  expect(query && [...compile(query, SCHEMA).columns]).toEqual(["pred", "label", "held_out", "tags"]);
});
