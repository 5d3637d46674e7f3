import { describe, expect, it } from "vitest";
import { random } from "../analysis/random.fixture";
import { OPERATORS, type Query, QueryError } from "./ast";
import { format } from "./format";
import { parse } from "./parser";

/** The tree without where it came from. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== "from" && key !== "to");
  return Object.fromEntries(kept.map(([key, entry]) => [key, bare(entry)]));
}

function problem(text: string): { at: string; message: string; from: number } {
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return {
      at: text.slice(error.range.from, error.range.to),
      message: error.message,
      from: error.range.from,
    };
  }
  throw new Error(`no problem in ${text}`);
}

describe("parse", () => {
  it("reads conjunctions, with and without the word", () => {
    const text = "pred=cat and label=dog and conf>0.8 and flips>=2";
    const query = parse(text);
    expect(query?.kind).toBe("and");
    expect(query !== null && format(query)).toBe(text);
    expect(bare(parse("pred=cat label=dog  conf > 0.8 flips>=2"))).toEqual(bare(query));
  });

  it("binds and closer than or, and not closest", () => {
    expect(bare(parse("a=1 or b=2 and not c=3"))).toEqual(bare(parse("a=1 or (b=2 and (not c=3))")));
    expect(bare(parse("a=1 or b=2 and c=3"))).not.toEqual(bare(parse("(a=1 or b=2) and c=3")));
  });

  it("knows where everything was", () => {
    const text = 'x and label = "sea lion"';
    const query = parse(text);
    if (query?.kind !== "and" || query.items[1]?.kind !== "compare") throw new Error("another tree");
    const { column, value } = query.items[1];
    expect(text.slice(column.from, column.to)).toBe("label");
    expect(text.slice(value.from, value.to)).toBe('"sea lion"');
    expect(value.text).toBe("sea lion");
    expect(text.slice(query.items[1].from, query.items[1].to)).toBe('label = "sea lion"');
  });

  it("takes keywords in any case, words in quotes as they are, and == as =", () => {
    expect(bare(parse("NOT a==1 AND 'or'"))).toEqual(bare(parse('not a=1 and "or"')));
    expect(parse("")).toBeNull();
    expect(parse("  ")).toBeNull();
    expect(bare(parse('"a \\"b\\" \\\\c"'))).toMatchObject({ word: { text: 'a "b" \\c' } });
    expect(bare(parse("don't"))).toMatchObject({ word: { text: "don't", quoted: false } });
  });

  it("says what was expected, at the characters concerned", () => {
    expect(problem("conf>")).toMatchObject({ from: 5, message: expect.stringMatching(/value.*conf>/) });
    expect(problem("a=1 and")).toMatchObject({
      from: 7,
      message: expect.stringMatching(/expected a column/),
    });
    expect(problem("(a=1 and b=2")).toMatchObject({ at: "(", message: expect.stringMatching(/not closed/) });
    expect(problem("a=1) b")).toMatchObject({ at: ")", message: expect.stringMatching(/closes nothing/) });
    expect(problem('label="sea lion')).toMatchObject({ at: '"sea lion', from: 6 });
    expect(problem("label in cat")).toMatchObject({ at: "cat", message: expect.stringMatching(/\( \)/) });
    expect(problem("label in (cat dog)")).toMatchObject({
      at: "dog",
      message: expect.stringMatching(/comma/),
    });
    expect(problem("label in (cat")).toMatchObject({ at: "(" });
    expect(problem("ever pred=cat")).toMatchObject({ at: "ever", message: expect.stringMatching(/ever\(/) });
    expect(problem("label=and")).toMatchObject({ at: "and", message: expect.stringMatching(/in quotes/) });
    expect(problem("a=1, b=2")).toMatchObject({ at: "," });
    expect(problem("= 3")).toMatchObject({ at: "=" });
    expect(problem("(".repeat(500)).message).toMatch(/too deeply/);
  });
});

/** A random tree as the reader would make it: junctions have two items or more. */
function tree(draw: () => number, depth: number): Query {
  const none = { from: 0, to: 0 };
  const pick = <T>(from: readonly T[]) => from[Math.floor(draw() * from.length)] as T;
  const word = () => {
    const text = pick(["cat", "sea lion", "and", "0.8", 'a"b\\', "x!", "a!=b", "", "(", "'t", "é,"]);
    return { text, quoted: text !== "cat" || draw() < 0.5, ...none };
  };
  const column = { text: pick(["pred", "conf", "tags"]), quoted: false, ...none };
  const kind =
    depth === 0 ? pick(["compare", "in", "bare"]) : pick(["and", "or", "not", "ever", "always", "bare"]);
  switch (kind) {
    case "compare":
      return { kind, column, op: pick(OPERATORS), value: word(), ...none };
    case "in":
      return { kind, column, values: [word(), word()], ...none };
    case "and":
    case "or":
      return { kind, items: [tree(draw, depth - 1), tree(draw, depth - 1)], ...none };
    case "not":
    case "ever":
    case "always":
      return { kind, item: tree(draw, depth - 1), ...none };
    default:
      return { kind: "bare", word: word(), ...none };
  }
}

describe("format", () => {
  it("writes what is read as the same tree", () => {
    const draw = random(7);
    for (let i = 0; i < 500; i++) {
      const query = tree(draw, 3);
      const text = format(query);
      expect(bare(parse(text)), text).toEqual(bare(query));
    }
  });
});
