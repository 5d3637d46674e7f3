import { act, screen } from "@testing-library/preact";
import { expect, test } from "vitest";
import { renderWith, runIndex, samples, storeWith } from "../testing";
import { MapKey } from "./map_key";

test("the key names the columns that colour and size, and from where to where they go", () => {
  const store = storeWith(runIndex());
  const entries = () => screen.getAllByRole("listitem").map((entry) => entry.textContent);
  renderWith(store, <MapKey />);
  act(() => {
    store.colouring.by.value = "conf";
    store.colouring.size.value = "moved";
  });
  expect(entries().slice(0, 2)).toEqual(["confidence01", "movement0≥ 1"]);
  act(() => {
    store.colouring.by.value = "pred";
    store.colouring.size.value = "";
  });
  expect(entries()[0]).toBe("predictioncatdogowl");
  const writers = Array.from({ length: 9 }, (_, i) => `writer ${i}`);
  const columns = [
    { name: "writer", kind: "category", values: writers, codes: Int32Array.of(0, 1, 2, 3, 4, -1) },
  ] as const;
  act(() => {
    store.data.samples.value = { ...samples(), columns };
    store.colouring.by.value = "writer";
  });
  expect(entries()[0]).toMatch(/^writer.*and \d others?$/);
});
