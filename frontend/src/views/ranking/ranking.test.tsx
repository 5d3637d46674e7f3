import { act, fireEvent, screen } from "@testing-library/preact";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { SampleColumn } from "../../data/types";
import { type Ranking, ranking } from "../../state/ranking";
import type { Store } from "../../state/store";
import { renderWith, runIndex, samples, storeWith } from "../testing";
import { RankingPlace } from "./place";
import { RankButton } from "./rank_button";
import { RankedList } from "./ranked_list";
import { RankingPanel } from "./ranking_panel";

const SIZE: SampleColumn = {
  name: "size",
  kind: "number",
  numbers: Float64Array.of(20, 50, Number.NaN, 40, 10, 30),
};

let store: Store;
let one: Ranking;
beforeEach(() => {
  store = storeWith();
  store.data.samples.value = { ...samples(), columns: [SIZE] };
  one = ranking(store);
});

/** Opens the panel, by a column of the user's. */
function opened(): void {
  one.rankBy("size");
  renderWith(store, <RankingPanel />);
}

const lines = () => screen.queryAllByRole("option").filter((option) => option.dataset.row !== undefined);
const names = () => lines().map((line) => line.querySelector(".ranked-name")?.textContent);
const selected = () => [...(store.explore.selectedMask.value ?? [])].join("");
const focused = () => (document.activeElement as HTMLElement).dataset.row;

describe("the list", () => {
  test("says of each sample its place, classes and number", () => {
    opened();
    expect(names()).toEqual(["b", "d", "f", "a", "e"]);
    expect(lines().map((line) => line.getAttribute("aria-label"))).toEqual([
      "1: 50, sample b, label cat, predicted cat with 100 %, right",
      "2: 40, sample d, label dog, predicted owl with 62 %, wrong",
      "3: 30, sample f",
      "4: 20, sample a, label cat, predicted cat with 100 %, right",
      "5: 10, sample e, label owl, predicted owl with 100 %, right",
    ]);
    const bar = lines()[1]?.querySelector(".ranked-bar") as HTMLElement;
    expect(bar.style.getPropertyValue("--share")).toBe("0.8");
    expect(screen.getByText("6 samples, 1 of them without a number")).toBeTruthy();
    expect(screen.getByText("from the samples' metadata")).toBeTruthy();
    fireEvent.change(screen.getByRole("combobox", { name: "Which first" }), { target: { value: "lowest" } });
    expect(names()).toEqual(["e", "a", "f", "d", "b"]);
  });

  test("is of what the query finds", () => {
    opened();
    act(() => {
      store.explore.text.value = "label=cat";
    });
    expect(names()).toEqual(["b", "a"]);
    expect(document.querySelector(".ranking-scope p")?.textContent).toBe("2 found by label=cat");
    act(() => {
      store.explore.text.value = "label=owl and pred=cat";
    });
    expect(screen.getByText("The query finds no sample at this epoch: change or clear it.")).toBeTruthy();
    (document.activeElement as HTMLElement).blur();
    act(() => {
      store.explore.text.value = "label=cat";
    });
    expect(names()).toEqual(["b", "a"]);
    expect(document.activeElement, "a list that comes back does not take the focus").toBe(document.body);
  });

  test("selects the sample that is clicked, and with Shift another", () => {
    opened();
    fireEvent.click(lines()[1] as HTMLElement);
    expect([selected(), store.inspect.focus.value]).toEqual(["000100", 3]);
    expect(lines()[1]?.getAttribute("aria-selected")).toBe("true");
    fireEvent.click(lines()[0] as HTMLElement, { shiftKey: true });
    expect([selected(), store.inspect.focus.value]).toEqual(["010100", 1]);
  });

  test("is gone through with the arrow keys, which look at what is selected and leave time alone", () => {
    opened();
    expect(focused()).toBe("1");
    act(() => store.explore.selectRows([1, 3], "replace"));
    const press = (key: string, options = {}) =>
      fireEvent.keyDown(document.activeElement as Element, { key, ...options });
    press("ArrowDown");
    expect([focused(), store.inspect.focus.value, selected()]).toEqual(["3", 3, "010100"]);
    press("ArrowDown");
    expect([focused(), store.inspect.focus.value, selected()]).toEqual(["5", 3, "010100"]);
    press("Enter");
    expect([focused(), store.inspect.focus.value, selected()]).toEqual(["5", 5, "000001"]);
    press("End");
    press(" ", { shiftKey: true });
    expect([focused(), selected()]).toEqual(["4", "000011"]);
    press("Home");
    press("ArrowUp");
    expect(focused()).toBe("1");
    expect(store.view.playing.value).toBe(false);
    expect(store.view.time.value).toBe(2);
  });

  test("renders what is in sight alone", () => {
    const rows = Uint32Array.from({ length: 100_000 }, (_, i) => i);
    const ranked = { rows, values: new Float64Array(rows.length), from: 0, to: 1, of: rows.length };
    renderWith(store, <RankedList ranked={ranked} first={20} entering={{ current: true }} />);
    expect(lines().length).toBeGreaterThan(5);
    expect(lines().length).toBeLessThan(30);
    expect(lines().filter((line) => line.dataset.chosen === "true").length).toBe(lines().length);
  });
});

test("the first ones are selected, as many as one says", () => {
  opened();
  const field = screen.getByRole("spinbutton", { name: "How many of the first" }) as HTMLInputElement;
  expect(field.value).toBe("5");
  fireEvent.input(field, { target: { value: "2" } });
  expect(lines().map((line) => line.dataset.chosen)).toEqual(["true", "true", "false", "false", "false"]);
  fireEvent.click(screen.getByRole("button", { name: "Select the first" }));
  expect(selected()).toBe("010100");
  act(() => store.explore.undo());
  expect(selected()).toBe("");
});

describe("why there is no list", () => {
  test("is said where there are no logits, no labels, no samples", () => {
    const { container } = renderWith(store, <RankingPanel />);
    const why = () => container.querySelector(".ranking-why")?.textContent;
    expect(why()).toMatch(/^The labels cannot be judged. This run was logged without them/);
    act(() => {
      store.data.samples.value = { ...samples(), labels: new Int32Array(6).fill(-1) };
    });
    expect(why()).toMatch(/These samples have no labels/);
    act(() => one.rankBy("size"));
    expect(why()).toBe("This run has no numbers called size: choose others.");
    act(() => {
      store.data.samples.value = null;
    });
    expect(why()).toBe("The samples are on their way.");
  });

  test("is said while the epochs are on their way", () => {
    const index = runIndex();
    const layers = index.layers.map((layer) => ({ ...layer, versions: ["0", "1", "2", "3"] }));
    store.data.index.value = { ...index, layers };
    const { container } = renderWith(store, <RankingPanel />);
    expect(container.querySelector(".ranking-why")?.textContent).toBe("The numbers are on their way.");
    expect(container.textContent).toMatch(/cannot tell a wrong label from a hard sample/);
  });
});

test("the button opens the panel, and Escape closes it and gives the focus back", async () => {
  // jsdom has no style sheets that are adopted.
  vi.stubGlobal(
    "CSSStyleSheet",
    class {
      replaceSync(): void {}
    },
  );
  Object.assign(document, { adoptedStyleSheets: [] });
  one.rankBy("size");
  renderWith(
    store,
    <>
      <RankButton />
      <RankingPlace />
    </>,
  );
  const button = screen.getByRole("button", { name: "rank" });
  fireEvent.click(button);
  expect(button.getAttribute("aria-expanded")).toBe("true");
  const list = await screen.findByRole("listbox", { name: "Ranked: 5 samples" }, { timeout: 20_000 });
  fireEvent.keyDown(list, { key: "Escape" });
  expect(screen.queryByRole("complementary")).toBeNull();
  expect(document.activeElement).toBe(button);
  vi.unstubAllGlobals();
});
