import { expect, test } from "vitest";
import { startColouring } from "../../state/colouring";
import { classColours } from "../../theme/palettes";
import { runIndex, samples, storeWith } from "../testing";
import { legendOf } from "./picture_legend";

test("by class the classes, and of many how many more", () => {
  const store = storeWith(runIndex());
  const { entries, scale } = legendOf(store);
  expect(scale).toBeNull();
  expect(entries).toEqual(
    ["cat", "dog", "owl"].map((text, i) => ({ text, colour: classColours(3, false)[i] })),
  );
});

test("a column of numbers is a bar with its ends, one of categories its values with their colours", () => {
  const store = storeWith(runIndex());
  const stop = startColouring(store);
  store.colouring.by.value = "moved";
  expect(legendOf(store).scale).toEqual({ name: "movement", from: "0", to: "≥ 1" });
  const writers = Array.from({ length: 3 }, (_, i) => `writer ${i}`);
  const column = {
    name: "writer",
    kind: "category",
    values: writers,
    codes: Int32Array.of(0, 1, 2, 0, 1, -1),
  } as const;
  store.data.samples.value = { ...samples(), columns: [column] };
  store.colouring.by.value = "writer";
  const { entries, scale } = legendOf(store);
  expect(scale).toBeNull();
  expect(entries.map(({ text }) => text)).toEqual(["writer", ...writers, "none"]);
  expect(entries[0]?.colour).toBeNull();
  expect(new Set(entries.slice(1).map(({ colour }) => colour)).size).toBe(4);
  stop();
});
