import { act, fireEvent, screen, within } from "@testing-library/preact";
import { expect, test } from "vitest";
import { framesIndex, renderWith, runIndex, samples, storeWith, UPDATED } from "../testing";
import { Rail } from "./rail";
import { costWords } from "./rail_footer";

const row = (name: RegExp) => screen.getByRole("button", { name });

test("typing filters the runs, and a bad expression is said beside the field", () => {
  renderWith(storeWith(), <Rail />);
  const field = screen.getByRole("textbox", { name: /filter runs/i });
  fireEvent.input(field, { target: { value: "pets" } });
  expect(screen.queryByTitle("digits")).toBeNull();
  expect(screen.getByTitle("pets/noisy")).toBeTruthy();
  fireEvent.input(field, { target: { value: "[" } });
  expect(screen.getByRole("alert").textContent).toContain("regular expression");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  fireEvent.input(field, { target: { value: "zzz" } });
  expect(screen.getByText("No run matches this filter.")).toBeTruthy();
});

test("the run shown is marked, and a click shows another", () => {
  const store = storeWith();
  renderWith(store, <Rail />);
  expect(screen.getByTitle("pets").getAttribute("aria-pressed")).toBe("true");
  fireEvent.click(screen.getByTitle("digits"));
  expect(store.view.run.value).toBe("digits");
});

test("the layer is named with its width and its head", () => {
  renderWith(storeWith(), <Rail />);
  const picker = screen.getByRole("combobox", { name: "Layer" });
  expect(picker.textContent).toBe("fc1:input · 128 · linear head");
});

test("methods are there to choose from when there are several", () => {
  const index = runIndex();
  const layers = index.layers.map((layer) => ({
    ...layer,
    frames: { ...layer.frames, pca: framesIndex({ versions: ["p.1", "p.2", "p.3"] }) },
  }));
  const store = storeWith({ ...index, layers });
  store.seek(1);
  renderWith(store, <Rail />);
  const methods = within(screen.getByRole("group", { name: /method/i })).getAllByRole("button");
  expect(methods.map((button) => [button.textContent, button.getAttribute("aria-pressed")])).toEqual([
    ["hidden", "true"],
    ["pca", "false"],
  ]);
  fireEvent.click(methods[1] as HTMLElement);
  expect(store.view.method.value).toBe("pca");
  expect(store.view.time.value).toBe(1);
  expect(methods[1]?.getAttribute("aria-pressed")).toBe("true");
});

test("one method needs no choice", () => {
  renderWith(storeWith(), <Rail />);
  expect(screen.queryByRole("group", { name: /method/i })).toBeNull();
});

test("classes show size and accuracy at this epoch; a click shows one alone, with Ctrl it is hidden or shown", () => {
  const store = storeWith();
  renderWith(store, <Rail />);
  expect(row(/^dog 50 % right, 2 samples$/)).toBeTruthy();
  fireEvent.click(row(/^dog/));
  expect([...store.view.hiddenClasses.value]).toEqual([0, 2]);
  expect(row(/^cat/).getAttribute("aria-pressed")).toBe("false");
  fireEvent.click(row(/^owl/), { ctrlKey: true });
  expect([...store.view.hiddenClasses.value]).toEqual([0]);
  fireEvent.click(screen.getByText("Show all"));
  expect(store.view.hiddenClasses.value.size).toBe(0);
  expect(screen.queryByText("Show all")).toBeNull();
});

test("a class is selected from its row, and Shift and Alt mean what they mean on the map", () => {
  const store = storeWith();
  renderWith(store, <Rail />);
  const mask = () => [...(store.explore.selectedMask.value ?? [])].join("");
  fireEvent.click(row(/^Select dog$/));
  expect(mask()).toBe("001100");
  fireEvent.click(row(/^Select cat$/), { shiftKey: true });
  expect(mask()).toBe("111100");
  fireEvent.keyDown(row(/^Select dog$/), { key: "Enter", altKey: true });
  expect(mask()).toBe("110000");
  fireEvent.click(row(/^dog/), { shiftKey: true });
  fireEvent.click(row(/^dog/), { altKey: true });
  expect(mask()).toBe("110000");
  fireEvent.click(row(/^owl/), { shiftKey: true });
  expect(mask()).toBe("110010");
  expect(store.view.hiddenClasses.value.size).toBe(0);
});

test("a sample without a label is of the class that it is taken for", () => {
  const store = storeWith();
  store.data.samples.value = { ...samples(), labels: new Int32Array(6).fill(-1) };
  renderWith(store, <Rail />);
  fireEvent.click(row(/^Select owl$/));
  expect([...(store.explore.selectedMask.value ?? [])].join("")).toBe("000110");
});

test("of many classes the largest are listed, and the others can be found", () => {
  const classes = ["cat", "dog", "owl", ...Array.from({ length: 40 }, (_, i) => `bird ${i}`)];
  const index = runIndex();
  const store = storeWith({ ...index, probe: index.probe && { ...index.probe, classes } });
  const { container } = renderWith(store, <Rail />);
  const names = () => [...container.querySelectorAll(".class-legend .class-name")].map((n) => n.textContent);
  expect(names()).toHaveLength(20);
  expect(names().slice(0, 4)).toEqual(["cat", "dog", "owl", "bird 0"]);
  expect(container.textContent).toContain("and 23 others with 0 samples");
  fireEvent.input(screen.getByRole("searchbox", { name: "Find a class" }), { target: { value: "D 39" } });
  expect(names()).toEqual(["bird 39"]);
  fireEvent.click(row(/^bird 39/));
  expect(store.view.hiddenClasses.value.size).toBe(42);
});

test("the foot says how fresh the data is and what it costs", () => {
  const store = storeWith();
  const { container } = renderWith(store, <Rail />);
  const foot = () => container.querySelector("footer")?.textContent ?? "";
  expect(foot()).toContain("updated 3 s ago · following live");
  expect(foot()).toContain("0.6 % of training time · 900 KB / epoch");
  const mark = () => container.querySelector(".freshness")?.getAttribute("data-stale");
  expect(mark()).toBe("false");
  act(() => {
    store.data.now.value = (UPDATED + 45) * 1000;
  });
  expect(foot()).toContain("updated 45 s ago");
  expect(mark()).toBe("true");
  act(() => {
    store.data.offline.value = { message: "Refused.", url: "index" };
  });
  expect(foot()).toContain("TensorBoard does not answer");
});

test("a finished run is never called stale", () => {
  const store = storeWith(runIndex({ closed: true }));
  store.data.now.value = (UPDATED + 7200) * 1000;
  const { container } = renderWith(store, <Rail />);
  expect(container.querySelector("footer")?.textContent).toContain("finished 2 h ago");
  expect(container.textContent).not.toContain("still running");
});

test("costs that were not measured are left out", () => {
  expect(costWords(null, "epoch")).toBe("");
  expect(costWords({ share: null, capture_ms: 31, bytes_per_snapshot: null }, "step")).toBe("31 ms / step");
});
