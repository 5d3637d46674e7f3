import { describe, expect, it } from "vitest";
import { random } from "../analysis/random.fixture";
import type { Samples } from "../data/types";
import { carryOver, changeRows, fromIds, invert, maskRows, NOTHING, selectedIds } from "./selection";
import { decodeSelection, encodeSamples, encodeSelection } from "./selection_code";

function samplesOf(ids: readonly string[]): Samples {
  return { ids, labels: new Int32Array(ids.length), texts: null };
}

const ABC = samplesOf(["a", "b", "c", "d"]);
const rows = (selection: { mask: Uint8Array }) => [...maskRows(selection.mask)];

describe("a selection", () => {
  it("changes by rows, and leaves rows out that there are not", () => {
    const empty = carryOver(NOTHING, ABC);
    const two = changeRows(empty, ABC, [3, 1, 1, 99], "replace");
    expect([rows(two), two.count]).toEqual([[1, 3], 2]);
    expect(rows(changeRows(two, ABC, [0, 1], "add"))).toEqual([0, 1, 3]);
    expect(rows(changeRows(two, ABC, [0, 1], "remove"))).toEqual([3]);
    expect(rows(changeRows(two, ABC, [0, 1], "toggle"))).toEqual([0, 3]);
    expect(rows(invert(two, ABC))).toEqual([0, 2]);
    expect(rows(two)).toEqual([1, 3]);
  });

  it("follows its samples to another run and comes back whole", () => {
    const here = fromIds(ABC, ["b", "d"]);
    const other = samplesOf(["x", "d", "y"]);
    const there = carryOver(here, other);
    expect([rows(there), there.missing]).toEqual([[1], ["b"]]);
    expect(selectedIds(carryOver(there, ABC)).sort()).toEqual(["b", "d"]);
    const added = changeRows(there, other, [0], "add");
    expect(selectedIds(carryOver(added, ABC)).sort()).toEqual(["b", "d", "x"]);
    // Whoever selects anew means what he sees.
    expect(changeRows(there, other, [0], "replace").missing).toEqual([]);
  });
});

describe("its code", () => {
  const many = samplesOf(Array.from({ length: 3000 }, (_, i) => `sample, ${i}`));

  it("gives the samples back, few or many, scattered or not", () => {
    const draw = random(3);
    for (const [share, blocks] of [
      [0.001, false],
      [0.3, false],
      [0.5, true],
      [1, false],
    ] as const) {
      const chosen = many.ids.filter((_, i) => (blocks ? i % 1000 < 500 : draw() < share));
      const selection = fromIds(many, chosen);
      const decoded = decodeSelection(encodeSamples(selection), many);
      expect(decoded.kind === "selection" && rows(decoded.selection)).toEqual(rows(selection));
    }
  });

  it("is short: ids for few, a bit a row at most for many, runs where there are some", () => {
    expect(encodeSamples(fromIds(ABC, ["a", "d"]))).toBe("i:a,d");
    expect(encodeSamples(fromIds(many, []))).toBe("");
    const scattered = fromIds(
      many,
      many.ids.filter((_, i) => (i * i) % 7 < 3),
    );
    expect(encodeSamples(scattered).length).toBeLessThan((3000 / 8) * (4 / 3) + 30);
    const block = fromIds(many, many.ids.slice(100, 2500));
    expect(encodeSamples(block).length).toBeLessThan(30);
  });

  it("is the query where one found it", () => {
    const origin = { text: "pred!=label and conf>0.8", step: 12 };
    const code = encodeSelection({ ...fromIds(ABC, ["a"]), origin });
    expect(code).toBe("q:12:pred!=label and conf>0.8");
    expect(decodeSelection(code, ABC)).toEqual({ kind: "query", ...origin });
  });

  it("names ids that another run lacks, and refuses rows of other samples", () => {
    const ids = decodeSelection("i:b,nobody", ABC);
    expect(ids).toMatchObject({ kind: "selection", selection: { count: 1, missing: ["nobody"] } });
    const code = encodeSamples(fromIds(many, many.ids.slice(0, 1500)));
    const others = samplesOf(many.ids.map((id) => `${id}!`));
    expect(decodeSelection(code, others)).toMatchObject({
      kind: "problem",
      message: expect.stringMatching(/other samples/),
    });
    expect(decodeSelection(code.slice(0, 8), many)).toMatchObject({ kind: "problem" });
    expect(decodeSelection("i:%E0%A4%A", ABC)).toMatchObject({
      kind: "problem",
      message: expect.stringMatching(/cut short/),
    });
    expect(decodeSelection("z:1", ABC)).toMatchObject({
      kind: "problem",
      message: expect.stringMatching(/does not know/),
    });
  });
});
