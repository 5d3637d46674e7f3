import { act, fireEvent, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Store } from "../../state/store";
import { renderWith, storeWith } from "../testing";
import { ExploreBar } from "./explore_bar";
import { relax } from "./relax";

let store: Store;
beforeEach(() => {
  vi.useFakeTimers();
  store = storeWith();
  renderWith(store, <ExploreBar />);
});
afterEach(() => {
  vi.useRealTimers();
});

const field = () => screen.getByRole("combobox") as HTMLInputElement;

/** Types all of a text, the caret behind it. */
function type(text: string): void {
  act(() => field().focus());
  fireEvent.input(field(), { target: { value: text } });
  field().setSelectionRange(text.length, text.length);
  fireEvent.click(field());
}

/** The typist pauses. */
function pause(ms = 1_000): void {
  act(() => {
    vi.advanceTimersByTime(ms);
  });
}

const options = () =>
  screen.queryAllByRole("option").map((option) => option.querySelector("code")?.textContent);

describe("the field", () => {
  test("offers what can come next, by keys and by clicks", () => {
    type("la");
    expect(options()).toEqual(["label"]);
    expect(field().getAttribute("aria-expanded")).toBe("true");
    fireEvent.keyDown(field(), { key: "ArrowDown" });
    const [option] = screen.getAllByRole("option");
    expect(field().getAttribute("aria-activedescendant")).toBe(option?.id);
    expect(option?.getAttribute("aria-selected")).toBe("true");
    fireEvent.keyDown(field(), { key: "Enter" });
    expect(store.explore.text.value).toBe("label");
    expect(options()).toEqual(["=", "!=", "~", "in"]);
    fireEvent.click(screen.getByText("!="));
    expect(options()).toEqual(["cat", "dog", "owl", "pred", "none"]);
    fireEvent.click(screen.getByText("owl"));
    expect(field().value).toBe("label!=owl ");
  });

  test("goes round in the list and closes it with Escape", () => {
    type("");
    const { length } = options();
    fireEvent.keyDown(field(), { key: "ArrowUp" });
    expect(field().getAttribute("aria-activedescendant")).toBe(`query-list-${length - 1}`);
    fireEvent.keyDown(field(), { key: "ArrowDown" });
    expect(field().getAttribute("aria-activedescendant")).toBeNull();
    store.explore.selectRows([0], "replace");
    fireEvent.keyDown(field(), { key: "Escape" });
    expect(options()).toEqual([]);
    expect(store.explore.selection.value?.count).toBe(1);
  });

  test("Enter selects what is found, with Shift it adds", () => {
    type("pred!=label");
    fireEvent.keyDown(field(), { key: "Escape" });
    fireEvent.keyDown(field(), { key: "Enter" });
    expect([...(store.explore.selectedMask.value ?? [])]).toEqual([0, 0, 0, 1, 0, 0]);
    type("label=cat");
    fireEvent.keyDown(field(), { key: "Enter", shiftKey: true });
    expect(store.explore.selection.value?.count).toBe(3);
  });

  test("marks what is wrong once the typist pauses, and mends it", () => {
    type("pred=cat and lable=dog");
    expect(screen.queryByRole("alert")).toBeNull();
    pause();
    expect(screen.getByRole("alert").textContent).toContain("There is no column");
    expect(field().getAttribute("aria-invalid")).toBe("true");
    expect(document.querySelector(".query-mirror u")?.textContent).toBe("lable");
    fireEvent.click(screen.getByRole("button", { name: "Use label" }));
    expect(store.explore.text.value).toBe("pred=cat and label=dog");
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("what is found", () => {
  test("is counted, selected and filtered", () => {
    type("label in (cat, dog)");
    expect(screen.getByText("of 6", { exact: false }).textContent).toBe("4 of 6 · 67 %");
    fireEvent.click(screen.getByRole("button", { name: "Select" }));
    expect(store.explore.selection.value?.count).toBe(4);
    fireEvent.click(screen.getByRole("button", { name: "Filter" }));
    expect([...(store.explore.filterMask.value ?? [])]).toEqual([1, 1, 1, 1, 0, 0]);
    fireEvent.click(screen.getByRole("button", { name: "Filter" }));
    expect(store.explore.filterMask.value).toBeNull();
  });

  test("is said to be partial while epochs are missing", () => {
    Object.assign(store.cache, { entries: new Map() });
    act(() => {
      store.explore.snapshots.announce();
      store.explore.text.value = "ever(pred=cat)";
    });
    expect(screen.getByText("over 0 of 3 epochs")).toBeTruthy();
  });

  test("when it is nothing, the condition to give up is offered", () => {
    type("label=cat and pred=owl and conf>0.5");
    pause();
    const offer = screen.getByRole("button", { name: "without label=cat: 2" });
    expect(offer.closest("p")?.textContent).toContain("No sample fits at epoch 2.");
    fireEvent.click(offer);
    expect(store.explore.text.value).toBe("pred=owl and conf>0.5");
  });

  test("or the limit to this epoch is", () => {
    store.putFrame(0, {
      ...(store.frameAt(0) as NonNullable<ReturnType<Store["frameAt"]>>),
      prediction: new Uint16Array(6),
    });
    act(() => {
      store.explore.text.value = "pred=cat and label=owl";
    });
    // Given up: label (2 cats are left), pred (1 owl), the epoch (the owl was once taken for a cat).
    expect(relax(store)).toEqual({ without: "without label=owl", text: "pred=cat", count: 2 });
    act(() => {
      store.explore.text.value = "pred=cat label=owl or pred=cat label=none";
    });
    expect(relax(store)).toMatchObject({ without: "at any epoch", count: 2 });
  });
});

test("chips turn, go, and say what the text says", () => {
  type("label=cat and pred=owl");
  fireEvent.click(screen.getByRole("button", { name: "label=cat" }));
  expect(store.explore.text.value).toBe("not label=cat and pred=owl");
  fireEvent.click(screen.getByRole("button", { name: "Remove not label=cat" }));
  expect(field().value).toBe("pred=owl");
  act(() => {
    store.explore.text.value = "pred=owl or pred=cat";
  });
  expect(screen.queryByRole("list", { name: "Conditions" })).toBeNull();
});
