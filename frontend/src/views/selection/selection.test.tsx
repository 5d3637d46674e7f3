import { act, fireEvent, screen } from "@testing-library/preact";
import { beforeEach, expect, test } from "vitest";
import type { Store } from "../../state/store";
import { renderWith, samples, storeWith } from "../testing";
import { SelectionBar } from "./selection_bar";
import { SelectionNotes } from "./selection_notes";

let store: Store;
beforeEach(() => {
  localStorage.clear();
  store = storeWith();
  renderWith(
    store,
    <>
      <SelectionBar />
      <SelectionNotes />
    </>,
  );
});

const select = (...rows: number[]) => act(() => store.explore.selectRows(rows, "replace"));
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const counted = () => store.explore.selection.value?.count;

test("says how many are selected and what can be done with them", () => {
  expect(screen.getByText("none selected")).toBeTruthy();
  expect(screen.queryAllByRole("button")).toEqual([]);
  select(1, 3);
  expect(screen.getByRole("status").textContent).toBe("2 selected");
  press("invert");
  expect(counted()).toBe(4);
  press("clear");
  expect(counted()).toBe(0);
  press(/^Undo/);
  press(/^Undo/);
  expect(counted()).toBe(2);
  press(/^Redo/);
  expect(counted()).toBe(4);
  press("grow");
  expect(store.explore.growths.value).toBe(1);
});

test("saves a selection under a name and brings it back", () => {
  select(1, 3);
  press("save as…");
  fireEvent.input(screen.getByLabelText("Name of the selection"), { target: { value: "odd ones" } });
  press("Save");
  act(() => store.explore.clearSelection());
  fireEvent.keyDown(screen.getByRole("dialog"), { key: "Escape" });
  press("saved…");
  fireEvent.click(screen.getByText("odd ones"));
  expect([...(store.explore.selectedMask.value ?? [])]).toEqual([0, 1, 0, 1, 0, 0]);
  press("save as…");
  press("Forget odd ones");
  expect(screen.getByText("Nothing was saved yet.")).toBeTruthy();
});

test("says which of them this run lacks, and what could not be done", () => {
  select(1, 3);
  act(() => {
    store.data.samples.value = { ...samples(), ids: ["a", "b", "c", "x", "y", "z"] };
  });
  expect(screen.getByText("1 of the 2 selected samples is not in this run.")).toBeTruthy();
  act(() => {
    store.explore.notice.value = "It is gone.";
  });
  press("Close this note");
  expect(screen.queryByText("It is gone.")).toBeNull();
});
