import { describe, expect, it } from "vitest";
import { random } from "../analysis/random.fixture";
import { QueryError } from "./ast";
import type { RowSource } from "./columns";
import { parse } from "./parser";
import { type Context, compile, type Epoch } from "./plan";
import { CLASSES, type HandRow, OLD_CLASSES, rowsOf, SCHEMA, TAGS } from "./rows.fixture";

const ROWS: readonly HandRow[] = [
  { id: "a1", label: "cat", pred: "cat", conf: 0.8, flips: 0, held_out: true, tags: ["augmented", "noisy"] },
  { id: "a2", label: "dog", pred: "cat", conf: 0.9, flips: 2, held_out: false, original_label: "cat" },
  {
    id: "b3",
    label: "Sea lion",
    pred: "3",
    conf: 0.5,
    flips: 3,
    tags: ["noisy"],
    original_label: "Sea lion",
  },
  { id: "b4", pred: "dog", conf: 0.1, text: "A Cat on a mat", original_label: "wolf" },
  { id: "b5", label: "3", flips: 1, text: "no prediction" },
];

const at = (now: RowSource, epochs: readonly Epoch[] = []): Context => ({
  now,
  epochs: () => epochs,
  keys: () => epochs.map(({ key }) => key),
  version: () => "1",
});

function plan(text: string) {
  const query = parse(text);
  if (query === null) throw new Error("an empty query");
  return compile(query, SCHEMA);
}

function found(text: string, rows: readonly HandRow[] = ROWS): string {
  const { mask } = plan(text).evaluate(at(rowsOf(rows)));
  return rows
    .filter((_, i) => mask[i] === 1)
    .map((row) => row.id)
    .join(" ");
}

describe("conditions", () => {
  it("compare categories by name in any case, by quoted name and by number", () => {
    expect(found("pred=cat")).toBe("a1 a2");
    expect(found("pred=CAT")).toBe("a1 a2");
    expect(found('label="sea LION"')).toBe("b3");
    expect(found("label=2")).toBe("b3");
    // The class that is named 3, which is also number 3.
    expect(found("label=3")).toBe("b5");
    expect(found("label~ea")).toBe("b3");
    expect(found("pred in (cat, 3)")).toBe("a1 a2 b3");
  });

  it("take a missing value for neither equal nor unequal, but none finds it", () => {
    expect(found("label!=cat")).toBe("a2 b3 b5");
    expect(found("label=none")).toBe("b4");
    expect(found("conf=none")).toBe("b5");
    expect(found("conf!=none and flips!=none")).toBe("a1 a2 b3");
    expect(found("tags=none")).toBe("a2 b4 b5");
    expect(found("not pred=cat")).toBe("b3 b4 b5");
  });

  it("compare numbers, in steps as coarse as they are stored", () => {
    expect(found("conf>0.8")).toBe("a2");
    expect(found("conf>=80%")).toBe("a1 a2");
    expect(found("conf=0.9")).toBe("a2");
    expect(found("conf!=0.9")).toBe("a1 b3 b4");
    expect(found("flips<=1")).toBe("a1 b5");
    expect(found("flips in (0, 3)")).toBe("a1 b3");
    expect(found("conf<0.5")).toBe("b4");
  });

  it("compare columns with each other by what their values are called", () => {
    expect(found("pred!=label")).toBe("a2 b3");
    expect(found("pred=label")).toBe("a1");
    // Row b4 has no label; a1's and b5's original label is not known.
    expect(found("label!=original_label")).toBe("a2");
    expect(found("label=original_label")).toBe("b3");
    expect(found("flips>conf")).toBe("a2 b3");
  });

  it("find tags if any fits, and flags alone", () => {
    expect(found("tags=noisy")).toBe("a1 b3");
    expect(found("tags!=noisy")).toBe("a2 b4 b5");
    expect(found("tags in (augmented)")).toBe("a1");
    expect(found("tags~aug")).toBe("a1");
    expect(found("held_out")).toBe("a1");
    expect(found("held_out=false")).toBe("a2");
    expect(found("not held_out")).toBe("a2 b3 b4 b5");
  });

  it("look for words in ids, texts and labels", () => {
    expect(found("cat")).toBe("a1 b4");
    expect(found("b")).toBe("b3 b4 b5");
    expect(found("id=B4")).toBe("b4");
    expect(found("id~b and text~mat")).toBe("b4");
    expect(found("id in (a1, b5)")).toBe("a1 b5");
    expect(found("id!=a1")).toBe("a2 b3 b4 b5");
    expect(found('"held_out"')).toBe("");
  });
});

/** The same question sample by sample, from the rows as they were written down. */
type Oracle = (row: HandRow) => boolean;
const LEAVES: readonly (readonly [string, Oracle])[] = [
  ["pred=cat", (row) => row.pred === "cat"],
  ["pred!=label", (row) => row.pred !== undefined && row.label !== undefined && row.pred !== row.label],
  ["conf>0.5", (row) => row.conf !== undefined && Math.round(255 * row.conf) > 127.5],
  ["flips>=2", (row) => (row.flips ?? -1) >= 2],
  ["tags=noisy", (row) => row.tags?.includes("noisy") ?? false],
  ["held_out", (row) => row.held_out === true],
  [
    "label!=original_label",
    (row) => ![row.label, row.original_label].includes(undefined) && row.label !== row.original_label,
  ],
  ["label in (dog, 3)", (row) => row.label === "dog" || row.label === "3"],
];

function draw(seed: number, count: number): HandRow[] {
  const next = random(seed);
  const one = <T>(from: readonly T[]) => from[Math.floor(next() * from.length)] as T;
  const maybe = <T>(value: T) => (next() < 0.15 ? undefined : value);
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(
      Object.entries({
        id: String(i),
        label: maybe(one(CLASSES)),
        pred: maybe(one(CLASSES)),
        original_label: maybe(one(OLD_CLASSES)),
        conf: maybe(next()),
        flips: maybe(Math.floor(next() * 4)),
        held_out: maybe(next() < 0.5),
        tags: TAGS.filter(() => next() < 0.5),
      }).filter(([, value]) => value !== undefined),
    ),
  ) as unknown as HandRow[];
}

/** A random sentence over the leaves, and its oracle. */
function sentence(next: () => number, depth: number): readonly [string, Oracle] {
  if (depth === 0) return LEAVES[Math.floor(next() * LEAVES.length)] as readonly [string, Oracle];
  const [p, P] = sentence(next, depth - 1);
  if (next() < 0.3) return [`not (${p})`, (row) => !P(row)];
  const [q, Q] = sentence(next, depth - 1);
  return next() < 0.5
    ? [`(${p}) and (${q})`, (row) => P(row) && Q(row)]
    : [`(${p}) or (${q})`, (row) => P(row) || Q(row)];
}

describe("sentences", () => {
  it("find what asking each sample finds", () => {
    const rows = draw(11, 200);
    const next = random(12);
    for (let i = 0; i < 200; i++) {
      const [text, oracle] = sentence(next, 3);
      expect(found(text, rows), text).toBe(
        rows
          .filter(oracle)
          .map((row) => row.id)
          .join(" "),
      );
    }
  });
});

describe("ever and always", () => {
  const samples = draw(20, 100).map(({ id, label, original_label, tags }) => ({
    id,
    label,
    original_label,
    tags,
  }));
  // What belongs to the sample stays; what the model says of it changes.
  const runs = [21, 22, 23, 24].map((seed) =>
    draw(seed, 100).map((row, i) => ({ ...row, ...samples[i] }) as HandRow),
  );
  const epochs = runs.map((rows, i) => ({ key: String(i), rows: rowsOf(rows) }));
  const expected = (oracle: Oracle, how: "some" | "every") =>
    Array.from({ length: 100 }, (_, i) => Number(runs[how]((rows) => oracle(rows[i] as HandRow))));

  it("ask every epoch, and do not care which is shown", () => {
    for (const [text, oracle] of LEAVES) {
      for (const [word, how] of [
        ["ever", "some"],
        ["always", "every"],
      ] as const) {
        const asked = plan(`${word}(${text})`);
        expect(asked.timed).toBe(false);
        for (const { rows } of epochs) {
          expect([...asked.evaluate(at(rows, epochs)).mask]).toEqual(expected(oracle, how));
        }
      }
    }
  });

  it("take in epochs as they arrive and keep those that were dropped", () => {
    const [text, oracle] = LEAVES[0] as readonly [string, Oracle];
    const asked = plan(`ever(${text})`);
    const all = epochs.map(({ key }) => key);
    let mask = new Uint8Array();
    for (const epoch of epochs) {
      const context = { ...at(epoch.rows, [epoch]), keys: () => all };
      mask = Uint8Array.from(asked.evaluate(context).mask);
    }
    expect([...mask]).toEqual(expected(oracle, "some"));
  });

  it("start again in another run, and when what they read of the past has changed", () => {
    const asked = plan("ever(flips>=2)");
    const [first, second] = [epochs[0] as Epoch, epochs[1] as Epoch];
    asked.evaluate(at(first.rows, [first]));
    const flips = (rows: readonly HandRow[] | undefined) => rows?.map((row) => Number((row.flips ?? 0) >= 2));
    expect([...asked.evaluate(at(second.rows, [second])).mask]).toEqual(flips(runs[1]));
    const changed = { key: second.key, rows: rowsOf(runs[2] as HandRow[]) };
    const context = { ...at(changed.rows, [changed]), version: () => "2" };
    expect([...asked.evaluate(context).mask]).toEqual(flips(runs[2]));
  });

  it("find nothing before an epoch is here", () => {
    const { rows } = epochs[0] as Epoch;
    expect(plan("always(conf>=0)").evaluate(at(rows)).mask.includes(1)).toBe(false);
  });
});

it("says which columns it waits for, and that they found nothing", () => {
  const rows = rowsOf(ROWS);
  const without = {
    count: rows.count,
    column: (name: string) => (name === "conf" ? null : rows.column(name)),
  };
  const answer = plan("conf>0 or label=cat").evaluate(at(without));
  expect([...answer.waiting]).toEqual(["conf"]);
  expect([...answer.mask]).toEqual([1, 0, 0, 0, 0]);
});

describe("what cannot be asked", () => {
  const problem = (text: string) => {
    try {
      plan(text);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      const { from, to } = error.range;
      return { at: text.slice(from, to), message: error.message, instead: error.instead };
    }
    throw new Error(`no problem in ${text}`);
  };

  it("names the column or the value that was meant", () => {
    expect(problem("pred=cat and lable=dog")).toEqual({
      at: "lable",
      message: 'There is no column "lable". Did you mean label?',
      instead: ["label"],
    });
    expect(problem("zzzz=1").message).toMatch(/There are id, label, pred/);
    expect(problem("label=catt")).toMatchObject({ at: "catt", instead: ["cat"] });
    expect(problem('label="sea loin"').message).toBe(
      'label has no value "sea loin". Did you mean "Sea lion"?',
    );
    expect(problem("label=9").message).toMatch(/It has cat, dog, "Sea lion", 3/);
  });

  it("says what a column is and what it understands", () => {
    expect(problem("label<cat")).toMatchObject({
      at: "<",
      message: "label is a category: expected = != ~ or in, not <.",
    });
    expect(problem("conf~1").message).toMatch(/conf is a number/);
    expect(problem("conf>high")).toMatchObject({
      at: "high",
      message: expect.stringMatching(/expected one, as in/),
    });
    expect(problem("label=conf").message).toMatch(/label is a category and conf a number/);
    expect(problem("pred")).toMatchObject({
      at: "pred",
      message: expect.stringMatching(/is a column: expected =/),
    });
    expect(problem("0.8<conf").message).toMatch(/a column first, as in conf>0.8/);
    expect(problem("loss>1")).toMatchObject({ at: "loss", message: expect.stringMatching(/without logits/) });
  });
});
