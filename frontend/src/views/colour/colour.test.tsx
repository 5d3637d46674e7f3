import { act, fireEvent, screen } from "@testing-library/preact";
import { expect, test } from "vitest";
import { renderWith, samples, storeWith } from "../testing";
import { ColourControl } from "./colour_control";

const choice = (name: "colour" | "size") => screen.getByRole("combobox", { name }) as HTMLSelectElement;
const choose = (name: "colour" | "size", value: string) =>
  fireEvent.change(choice(name), { target: { value } });

test("columns are offered in words, what has no values cannot be chosen and says why", () => {
  const store = storeWith();
  const columns = [{ name: "weight", kind: "number", numbers: new Float64Array(6) }] as const;
  store.data.samples.value = { ...samples(), columns };
  renderWith(store, <ColourControl />);
  const options = [...choice("colour").options];
  expect(options[0]?.textContent).toBe("class");
  expect(options.map(({ textContent }) => textContent)).toContain("weight");
  const loss = options.find(({ value }) => value === "loss");
  expect([loss?.disabled, loss?.title]).toEqual([true, expect.stringContaining("There is no loss here.")]);
  expect([...choice("size").options].map(({ value }) => value)).not.toContain("pred");
});

test("numbers have a ramp with its ends, sizes theirs, and what has no value is counted", () => {
  const store = storeWith();
  const { container } = renderWith(store, <ColourControl />);
  expect(container.querySelector(".colour-legend")).toBeNull();
  choose("colour", "conf");
  expect(container.querySelector(".ramp-ends")?.textContent).toBe("01");
  expect(container.querySelector(".legend-none")?.textContent).toBe("none1");
  choose("size", "moved");
  expect(container.querySelector(".size-legend")?.textContent).toContain("≥ 1");
});

test("a click on the legend selects those samples, with Shift it adds them", () => {
  const store = storeWith();
  renderWith(store, <ColourControl />);
  choose("colour", "pred");
  fireEvent.click(screen.getByRole("button", { name: /^owl/ }));
  expect([...(store.explore.selectedMask.value ?? [])]).toEqual([0, 0, 0, 1, 1, 0]);
  choose("colour", "correct");
  fireEvent.click(screen.getByRole("button", { name: /^right/ }), { shiftKey: true });
  expect([...(store.explore.selectedMask.value ?? [])]).toEqual([1, 1, 1, 1, 1, 0]);
});

test("of many values twenty are shown, the rest can be found", () => {
  const store = storeWith();
  const values = Array.from({ length: 40 }, (_, i) => `writer ${i}`);
  const columns = [
    { name: "writer", kind: "category", values, codes: Int32Array.of(30, 30, 2, 3, 4, -1) },
  ] as const;
  store.data.samples.value = { ...samples(), columns };
  const { container } = renderWith(store, <ColourControl />);
  choose("colour", "writer");
  const rows = () => screen.getAllByRole("listitem").map((row) => row.textContent);
  expect(rows()).toHaveLength(20);
  expect(rows()[0]).toBe("writer 302");
  expect(container.textContent).toContain("20 others");
  fireEvent.input(screen.getByRole("searchbox"), { target: { value: "R 39" } });
  expect(rows()).toEqual(["writer 390"]);
});

test("a column that the link names and this run lacks is said to be missing", () => {
  const store = storeWith();
  renderWith(store, <ColourControl />);
  act(() => {
    store.colouring.by.value = "weight";
  });
  expect(choice("colour").selectedOptions[0]?.textContent).toBe("weight: not in this run");
  expect(screen.getByText(/no values of it here/)).toBeTruthy();
});
