import { act, fireEvent, screen, within } from "@testing-library/preact";
import { expect, test, vi } from "vitest";
import { stageOptions } from "../../gl/stage_options";
import type { Store } from "../../state/store";
import { frameData, renderWith, samples, storeWith } from "../testing";
import { moveInGrid } from "./grid_keys";
import { Inspector } from "./inspector";
import { InspectorPlace } from "./place";

/** The six samples on a line, in order, with metadata. */
function opened(rows: readonly number[]): Store {
  const store = storeWith();
  const places = Uint16Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? i * 5000 : 0));
  for (const [i, step] of store.derived.steps.value.entries()) {
    store.putFrame(i, { ...frameData(step), positions: places });
  }
  const columns = [
    { name: "split", kind: "category", values: ["train", "test"], codes: Int32Array.of(0, 0, 0, 1, 1, -1) },
    {
      name: "original_label",
      kind: "category",
      values: ["cat", "dog", "owl"],
      codes: Int32Array.of(0, 0, 1, 2, 2, -1),
    },
  ] as const;
  store.data.samples.value = { ...samples(), columns };
  store.explore.selectRows(rows, "replace");
  return store;
}

const cells = () => screen.getAllByRole("gridcell");
const names = () => cells().map((cell) => cell.querySelector(".visually-hidden")?.textContent);

test("the head counts, and says how many are right at this epoch", () => {
  const { container } = renderWith(opened([0, 3, 5]), <Inspector />);
  expect(container.querySelector(".inspector-count")?.textContent).toBe("3 samples50 % right");
  expect(
    screen.getByRole("grid", { name: "Selected samples: 3 samples" }).getAttribute("aria-rowcount"),
  ).toBe("3");
});

test("cells are read out, in the order that is chosen", () => {
  renderWith(opened([0, 3, 5]), <Inspector />);
  expect(names()).toEqual([
    "sample d, label dog, predicted owl with 62 %, wrong",
    "sample a, label cat, predicted cat with 100 %, right",
    "sample f",
  ]);
  fireEvent.change(screen.getByRole("combobox", { name: /Order/ }), { target: { value: "id" } });
  fireEvent.click(screen.getByRole("button", { name: /turn round/ }));
  expect(names()[0]).toBe("sample f");
});

test("one cell takes the focus, arrows move it and not the time", () => {
  const store = opened([0, 1, 3]);
  renderWith(store, <Inspector />);
  expect(cells().map((cell) => cell.tabIndex)).toEqual([0, -1, -1]);
  cells()[0]?.focus();
  const seen: string[] = [];
  const listen = (event: Event) => seen.push((event as KeyboardEvent).key);
  document.addEventListener("keydown", listen);
  fireEvent.keyDown(cells()[0] as HTMLElement, { key: "ArrowDown" });
  fireEvent.keyDown(cells()[1] as HTMLElement, { key: "[" });
  document.removeEventListener("keydown", listen);
  expect(seen).toEqual(["["]);
  expect(document.activeElement).toBe(cells()[1]);
  expect(cells().map((cell) => cell.tabIndex)).toEqual([-1, 0, -1]);
  fireEvent.click(cells()[2] as HTMLElement);
  expect(store.inspect.focus.value).toBe(1);
});

test("moving in a grid stops at its edges", () => {
  const at = (key: string, from: number) => moveInGrid(key, from, 3, 8);
  expect([
    at("ArrowRight", 7),
    at("ArrowLeft", 0),
    at("ArrowUp", 2),
    at("ArrowDown", 5),
    at("ArrowDown", 4),
  ]).toEqual([7, 0, 2, 5, 7]);
  expect([at("Home", 5), at("End", 0), at("PageDown", 1), at("PageUp", 7), at("a", 1)]).toEqual([
    0,
    7,
    7,
    0,
    null,
  ]);
});

test("of ten thousand samples only those in sight are rendered", () => {
  const store = storeWith();
  const n = 10_000;
  store.data.samples.value = {
    ids: Array.from({ length: n }, (_, i) => `${i}`),
    labels: new Int32Array(n),
    texts: null,
  };
  store.explore.selectRows([...Array(n).keys()], "replace");
  renderWith(store, <Inspector />);
  expect(cells().length).toBeLessThan(30);
  expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe("10000");
});

test("the sample in focus is told with the label it had before", () => {
  const { container } = renderWith(opened([3]), <Inspector />);
  const title = container.querySelector(".detail-title");
  expect(title?.textContent).toContain("sample d✗ wrong");
  expect(title?.textContent).toContain("dog was owl");
  expect(container.querySelector(".facts")?.textContent).toContain("splittest");
  expect(container.querySelector(".facts")?.textContent).toContain("held outtrue");
});

test("the strip goes to an epoch, and says how often it was right", () => {
  const store = opened([0]);
  const { container } = renderWith(store, <Inspector />);
  expect(screen.getByText(/right at 3 of 3/)).toBeTruthy();
  const strip = container.querySelector(".epoch-strip") as HTMLElement;
  strip.getBoundingClientRect = () => ({ left: 0, width: 300 }) as DOMRect;
  fireEvent.click(strip, { clientX: 150 });
  expect(store.view.time.value).toBe(1);
});

test("true neighbours stand beside those on the map, and what the map tears away is marked", () => {
  const store = opened([0]);
  store.inspect.details.value = {
    row: 0,
    step: 2,
    k: 2,
    neighbours: [1, 4],
    classes: [1, 0],
    probabilities: [0.7, 0.2],
  };
  const { container } = renderWith(store, <Inspector />);
  expect(container.textContent).toContain("1 of 2 kept by the map");
  const fates = (name: string) =>
    within(screen.getByRole("list", { name }))
      .getAllByRole("button")
      .map((button) => [button.querySelector(".neighbour-id")?.textContent, button.dataset.fate]);
  expect(fates("Nearest in the layer")).toEqual([
    ["b", "kept"],
    ["e", "missed"],
  ]);
  expect(fates("Nearest on the map")).toEqual([
    ["b", "kept"],
    ["c", "false"],
  ]);
  expect(container.querySelector(".bars")?.textContent).toBe("dog70 %cat (its label)20 %");
  fireEvent.click(screen.getByRole("button", { name: /sample e.*draws elsewhere/ }));
  expect([...(store.explore.selectedMask.value ?? [])]).toEqual([0, 0, 0, 0, 1, 0]);
});

test("each part that cannot be had says so", () => {
  const store = opened([5]);
  const { container } = renderWith(store, <Inspector />);
  expect(container.textContent).toContain("Nothing is known of what the model took it for.");
  expect(container.textContent).toContain("Asking for neighbours");
  act(() => {
    store.inspect.noDetails.value = "The snapshot is gone.";
  });
  expect(container.textContent).toContain("Neighbours and probabilities: The snapshot is gone.");
  act(() => {
    store.inspect.details.value = { row: 5, step: 2, k: 15, neighbours: [], classes: [], probabilities: [] };
  });
  expect(container.textContent).toContain("no probabilities");
  expect(container.textContent).toContain("Its activations are not finite");
  expect(screen.queryByRole("button", { name: /full size/ })).toBeNull();
  act(() => store.explore.clearSelection());
  expect(container.textContent).toContain("Nothing is selected.");
});

test("a picture opens at full size, and a click beside it closes it", () => {
  const store = opened([2]);
  store.inspect.imageUrl.value = (row) => `image?row=${row}`;
  const { container } = renderWith(store, <Inspector />);
  fireEvent.click(screen.getByRole("button", { name: /full size/ }));
  const dialog = container.querySelector("dialog") as HTMLElement;
  expect(dialog.querySelector("img")?.getAttribute("src")).toBe("image?row=2");
  fireEvent.error(dialog.querySelector("img") as HTMLElement);
  expect(dialog.textContent).toContain("could not be loaded from image?row=2");
  fireEvent.click(dialog);
  expect(container.querySelector("dialog")).toBeNull();
});

test("the place is there while the panel is open, and is filled once that was fetched", async () => {
  // jsdom has no style sheets that are made by a script.
  vi.stubGlobal(
    "CSSStyleSheet",
    class {
      replaceSync() {}
    },
  );
  document.adoptedStyleSheets = [];
  const store = opened([0]);
  renderWith(store, <InspectorPlace />);
  expect(screen.getByRole("status").textContent).toContain("opening");
  expect(await screen.findByRole("tablist", {}, { timeout: 20_000 })).toBeTruthy();
  expect(document.adoptedStyleSheets).toHaveLength(1);
  vi.unstubAllGlobals();
  expect(screen.getByRole("complementary", { name: "Selected samples" })).toBeTruthy();
  act(() => store.explore.clearSelection());
  expect(screen.queryByRole("complementary")).toBeNull();
});

test("the table has a line a sample and says of each what is known, metadata too", () => {
  const store = opened([0, 3, 5]);
  renderWith(store, <Inspector />);
  fireEvent.click(screen.getByRole("button", { name: "table" }));
  const table = screen.getByRole("table", { name: "Selected samples: 3 samples" });
  expect(table.getAttribute("aria-rowcount")).toBe("4");
  const lines = within(table).getAllByRole("row");
  expect(lines.map((line) => line.getAttribute("aria-rowindex"))).toEqual(["1", "2", "3", "4"]);
  const read = lines.map((line) => [...line.children].map((cell) => cell.textContent));
  expect(read).toEqual([
    ["sample", "label", "taken for", "confidence ↑", "verdict", "flips", "split", "original_label"],
    ["d", "dog", "owl", "62 %", "✗ wrong", "0", "test", "owl"],
    ["a", "cat", "cat", "100 %", "✓ right", "0", "train", "cat"],
    ["f", "–", "–", "–", "–", "0", "–", "–"],
  ]);
});

test("a head of the table orders by its column, and a second click turns the order round", () => {
  const store = opened([0, 3, 5]);
  store.inspect.layout.value = "table";
  renderWith(store, <Inspector />);
  const head = (name: string) => screen.getByRole("columnheader", { name });
  expect(head("confidence").getAttribute("aria-sort")).toBe("ascending");
  fireEvent.click(within(head("sample")).getByRole("button"));
  expect(head("confidence").getAttribute("aria-sort")).toBeNull();
  expect([...store.inspect.order.value]).toEqual([0, 3, 5]);
  fireEvent.click(within(head("sample")).getByRole("button"));
  expect(head("sample").getAttribute("aria-sort")).toBe("descending");
  expect([...store.inspect.order.value]).toEqual([5, 3, 0]);
});

test("one line of the table takes the focus, up and down move it, and the sample is marked on the map", () => {
  const store = opened([0, 1, 3]);
  store.inspect.layout.value = "table";
  renderWith(store, <Inspector />);
  const names = () => within(screen.getByRole("table")).getAllByRole("rowheader");
  const buttons = () => names().map((name) => within(name).getByRole("button"));
  expect(buttons().map((button) => button.tabIndex)).toEqual([0, -1, -1]);
  act(() => buttons()[0]?.focus());
  fireEvent.keyDown(buttons()[0] as HTMLElement, { key: "ArrowDown" });
  expect(document.activeElement).toBe(buttons()[1]);
  expect(store.inspect.focus.value).toBe(0);
  expect(stageOptions(store).pointed.value).toBe(0);
  fireEvent.click(names()[2] as HTMLElement);
  expect(store.inspect.focus.value).toBe(1);
});

test("of ten thousand samples the table renders only those in sight, and still counts all", () => {
  const store = storeWith();
  const n = 10_000;
  store.data.samples.value = {
    ...samples(),
    ids: Array.from({ length: n }, (_, i) => `${i}`),
    labels: new Int32Array(n),
  };
  store.explore.selectRows([...Array(n).keys()], "replace");
  store.inspect.layout.value = "table";
  renderWith(store, <Inspector />);
  expect(screen.getAllByRole("row").length).toBeLessThan(40);
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("10001");
});

test("a sample alone needs no tile beside its detail", () => {
  renderWith(opened([3]), <Inspector />);
  expect(screen.queryByRole("grid")).toBeNull();
  expect(screen.getByText("1 sample")).toBeTruthy();
});

test("a neighbour under the pointer is pointed at, until the pointer or the list goes away", () => {
  const store = opened([0]);
  store.inspect.details.value = { row: 0, step: 2, k: 2, neighbours: [1, 4], classes: [], probabilities: [] };
  const { unmount } = renderWith(store, <Inspector />);
  const { pointed } = stageOptions(store);
  const list = screen.getByRole("list", { name: "Nearest in the layer" });
  const second = within(list).getAllByRole("button")[1] as HTMLElement;
  fireEvent.mouseOver(second);
  expect(pointed.value).toBe(4);
  fireEvent.mouseLeave(list);
  expect(pointed.value).toBe(-1);
  fireEvent.mouseOver(second);
  unmount();
  expect(pointed.value).toBe(-1);
});
