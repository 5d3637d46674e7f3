import { expect, test } from "vitest";
import { makeFrame } from "../../data/codec.fixture";
import { FLAG_NOT_PLACED, type Samples } from "../../data/types";
import { columnsOf, csvCell, type Table, toCsv, toJson } from "./table";

const samples: Samples = {
  ids: ["a,1", "=SUM(A1)", "-3"],
  labels: Int32Array.of(0, -1, 1),
  texts: null,
  columns: [
    { name: "split", kind: "category", values: ["train"], codes: Int32Array.of(0, -1, 0) },
    { name: "size", kind: "number", numbers: Float64Array.of(0.5, Number.NaN, 2) },
    {
      name: "tags",
      kind: "tags",
      values: ["p", 'q"'],
      offsets: Uint32Array.of(0, 2, 2, 3),
      codes: Int32Array.of(0, 1, 1),
    },
  ],
};

function table(rows: readonly number[]): Table {
  const frames = [1, 4].map((step) => {
    const frame = makeFrame(
      [
        [0.5, 0.25, 1],
        [0, 0, 0],
        [1, 1, 0],
      ],
      { step, bounds: [0, 0, 2, 4] },
    );
    frame.confidence.fill(51);
    frame.kept.fill(255);
    if (step === 4) {
      frame.flags[2] = FLAG_NOT_PLACED;
      frame.prediction[2] = 65535;
    }
    return frame;
  });
  return { samples, classes: ["cat", "dog"], rows, frames };
}

/** A reader of RFC 4180 that shares nothing with the writer. */
function parse(text: string): string[][] {
  const lines: string[][] = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const line = lines.at(-1) as string[];
    const sign = text[i] ?? "";
    if (quoted && sign === '"' && text[i + 1] === '"') line[line.length - 1] += text[++i] ?? "";
    else if (sign === '"') quoted = !quoted;
    else if (!quoted && sign === ",") line.push("");
    else if (!quoted && sign === "\r") continue;
    else if (!quoted && sign === "\n") lines.push([""]);
    else line[line.length - 1] += sign;
  }
  return lines.slice(0, -1);
}

test("one line a sample and epoch, with everything that is known of it", () => {
  const [head, ...lines] = parse(toCsv(table([0, 2])).join(""));
  expect(head).toEqual([
    "id",
    "label",
    "split",
    "size",
    "tags",
    "step",
    "prediction",
    "confidence",
    "x",
    "y",
    "kept",
  ]);
  expect(lines).toEqual([
    ["a,1", "cat", "train", "0.5", 'p|q"', "1", "dog", "0.2", "1.00002", "1.00002", "1"],
    ["a,1", "cat", "train", "0.5", 'p|q"', "4", "dog", "0.2", "1.00002", "1.00002", "1"],
    ["-3", "dog", "train", "2", 'q"', "1", "cat", "0.2", "2", "4", "1"],
    ["-3", "dog", "train", "2", 'q"', "4", "", "", "", "", ""],
  ]);
});

test("a text that a spreadsheet would compute stays a text", () => {
  expect(["=1+1", "@x", "-3", "+a", "a-b"].map(csvCell)).toEqual(["'=1+1", "'@x", "-3", "'+a", "a-b"]);
});

test("the same as objects, one a sample", () => {
  const { about, samples: made } = JSON.parse(toJson(table([1, 2]), { run: "r" }).join(""));
  expect(about).toEqual({ run: "r" });
  expect(made[0]).toMatchObject({
    id: "=SUM(A1)",
    label: null,
    columns: { split: null, size: null, tags: [] },
  });
  expect(made[1].history).toEqual([
    { step: 1, prediction: "cat", confidence: 0.2, x: 2, y: 4, kept: 1 },
    { step: 4, prediction: null, confidence: null, x: null, y: null, kept: null },
  ]);
});

test("the same by columns, with numbers as numbers", () => {
  const made = table([0, 2]);
  const columns = [...columnsOf(made)];
  const [head, ...lines] = parse(toCsv(made).join(""));
  expect(columns.map(({ name }) => name)).toEqual(head);
  const numbers = ["size", "step", "confidence", "x", "y", "kept"];
  for (const [k, { name, kind, values }] of columns.entries()) {
    expect(kind).toBe(name === "step" ? "integer" : numbers.includes(name) ? "number" : "text");
    expect(values.map((value) => (value === null ? "" : `${value}`))).toEqual(lines.map((line) => line[k]));
    expect(values.some((value) => typeof value === "number")).toBe(kind !== "text");
  }
});

test("metadata named like a column of ours has a name of its own, as a table of columns needs", () => {
  const columns = (samples.columns ?? []).map((column) => ({ ...column, name: "step" }));
  const made = { ...table([0]), samples: { ...samples, columns: columns.slice(0, 1) } };
  expect([...columnsOf(made)].map(({ name }) => name).filter((name) => name.startsWith("step"))).toEqual([
    "step_",
    "step",
  ]);
});
