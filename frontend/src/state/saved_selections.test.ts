import { expect, it } from "vitest";
import type { Samples } from "../data/types";
import { type Keep, keepKey, readSaved, restore, type Saved, withSaved } from "./saved_selections";
import { fromIds, selectedIds } from "./selection";

const SAMPLES: Samples = { ids: ["a", "b", "c"], labels: Int32Array.of(0, 1, 2), texts: null };

function keepOf(text: string | null): Keep {
  return { get: () => text, set: () => undefined };
}

it("keeps the newest of a name first and gives the samples back", () => {
  const one = withSaved([], "odd", fromIds(SAMPLES, ["a"]));
  const list = withSaved(
    withSaved(one, "even", fromIds(SAMPLES, ["b"])),
    "odd",
    fromIds(SAMPLES, ["a", "c"]),
  );
  expect(list.map(({ name, count }) => [name, count])).toEqual([
    ["odd", 2],
    ["even", 1],
  ]);
  const read = readSaved(keepOf(JSON.stringify(list)), "key");
  const again = restore(read[0] as Saved, SAMPLES);
  expect(again && selectedIds(again)).toEqual(["a", "c"]);
});

it("belongs to a log directory and to one write of the samples", () => {
  expect(new Set([keepKey("l", "1"), keepKey("l", "2"), keepKey("m", "1")]).size).toBe(3);
});

it("takes what it did not write for nothing", () => {
  for (const text of [null, "{", "3", '[{"name":1}]']) expect(readSaved(keepOf(text), "key")).toEqual([]);
});

it("says when a selection is of other samples", () => {
  expect(restore({ name: "n", count: 1, code: "m:9.abc.b.AA" }, SAMPLES)).toBeNull();
});
