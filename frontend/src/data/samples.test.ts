import { expect, test } from "vitest";
import { type JsonSamples, readSamples } from "./samples";

test("turns the server's lists into typed columns", () => {
  const { labels, columns } = readSamples({
    ids: ["a", "b", "c"],
    labels: [3, -1, 0],
    texts: null,
    columns: [
      { name: "split", kind: "category", values: ["train", "test"], codes: [0, 1, -1] },
      { name: "brightness", kind: "number", numbers: [0.5, null, 2] },
      { name: "tags", kind: "tags", values: ["x", "y"], codes: [[0, 1], [], [1]] },
    ],
  });
  expect(labels).toEqual(Int32Array.of(3, -1, 0));
  expect(columns).toEqual([
    { name: "split", kind: "category", values: ["train", "test"], codes: Int32Array.of(0, 1, -1) },
    { name: "brightness", kind: "number", numbers: Float64Array.of(0.5, Number.NaN, 2) },
    {
      name: "tags",
      kind: "tags",
      values: ["x", "y"],
      offsets: Uint32Array.of(0, 2, 2, 3),
      codes: Int32Array.of(0, 1, 1),
    },
  ]);
});

test("reads a log that has no columns, and leaves out those it does not know", () => {
  const plain = { ids: ["a"], labels: [0], texts: ["t"] };
  expect(readSamples(plain).columns).toEqual([]);
  const newer = { ...plain, columns: [{ name: "x", kind: "date", days: [1] }] } as unknown as JsonSamples;
  expect(readSamples(newer).columns).toEqual([]);
});

test("ids that were logged as numbers are texts from here on", () => {
  expect(readSamples({ ids: [7, "a"], labels: [0, 1], texts: null }).ids).toEqual(["7", "a"]);
});
