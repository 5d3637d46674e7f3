import { fireEvent, screen } from "@testing-library/preact";
import { expect, test } from "vitest";
import { Store } from "../../state/store";
import { renderWith, runIndex, storeWith, UPDATED } from "../testing";
import { obstacle, STARTER_LINES, StateOverlay } from "./states";

function shown(store: Store): string {
  return renderWith(store, <StateOverlay />).container.textContent ?? "";
}

test("nothing stands in the way of a loaded map", () => {
  const store = storeWith();
  expect(obstacle(store)).toBe("none");
  expect(shown(store)).toBe("");
});

test("a new tab is connecting", () => {
  expect(shown(new Store())).toContain("Asking TensorBoard");
});

test("an empty log directory shows the lines to add and where TensorBoard looks", () => {
  const store = new Store();
  store.data.status.value = { kind: "empty" };
  store.data.runs.value = { format: 1, version: "0.1.0", logdir: "/data/runs", runs: [] };
  const text = shown(store);
  expect(text).toContain(STARTER_LINES);
  expect(text).toContain("/data/runs");
  expect(screen.getByRole("button", { name: "Copy" })).toBeTruthy();
});

test("loading names the run", () => {
  const store = storeWith();
  store.data.index.value = null;
  expect(shown(store)).toBe("Loading pets…");
});

test("an error says what failed and which address, and can be tried again", () => {
  const store = new Store();
  store.data.status.value = {
    kind: "error",
    message: "The connection was refused.",
    url: "data/plugin/hidden/runs",
  };
  const text = shown(store);
  expect(text).toContain("The connection was refused.");
  expect(text).toContain("data/plugin/hidden/runs");
  expect(screen.getByRole("alert")).toBeTruthy();
  const before = store.transient.reloads.value;
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(store.transient.reloads.value).toBe(before + 1);
});

test("a server that stops answering does not hide the maps that are here", () => {
  const store = storeWith();
  store.data.offline.value = { message: "Lost.", url: "x" };
  expect(obstacle(store)).toBe("none");
});

test("a browser without WebGL2 is told what to do", () => {
  const store = storeWith();
  store.transient.drawing.value = "missing";
  expect(shown(store)).toContain("hardware acceleration");
});

test("snapshots without maps: wait while training runs, project by hand afterwards", () => {
  expect(shown(storeWith(runIndex({}, null)))).toContain("4 snapshots logged");
  expect(shown(storeWith(runIndex({ closed: true }, null)))).toContain("hidden project runs/pets");
  const silent = storeWith(runIndex({}, null));
  silent.data.now.value = (UPDATED + 90) * 1000;
  expect(shown(silent)).toContain("Nothing has come for 2 min");
});

test("a run without snapshots says what brings the first", () => {
  const index = runIndex({}, null);
  const layers = index.layers.map((layer) => ({ ...layer, steps: [] }));
  expect(shown(storeWith({ ...index, layers }))).toContain("writer.add_hidden(step)");
});

test("maps that are not here yet are loading, or failed with the reason", () => {
  const store = storeWith();
  store.data.buffered.value = new Set();
  expect(shown(store)).toBe("Loading epoch 2 of 3 epochs…");
  store.data.failed.value = new Map([[2, "This data is not in this copy of the log directory."]]);
  expect(shown(store)).toContain("not in this copy");
});
