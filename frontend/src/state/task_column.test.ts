import { expect, test } from "vitest";
import { EmbeddedClient } from "../data/embedded";
import { health } from "./health";
import { makeIndex } from "./index.fixture";
import { Store } from "./store";
import { startTaskColumn } from "./task_column";

const task = (name: string) => ({ name, step: 0, version: name, count: 2, classes: [] });

function storeWith(columns: readonly { name: string; kind: "number"; numbers: Float64Array }[] = []): Store {
  const store = new Store();
  store.data.index.value = { ...makeIndex({ steps: 2, frames: 2 }), tasks: [task("one"), task("two")] };
  store.data.samples.value = { ids: ["a", "b", "c"], labels: Int32Array.of(0, 1, 2), texts: null, columns };
  return store;
}

test("samples have a task once its rows are here, and can be found by it", () => {
  const { explore } = storeWith();
  expect(explore.schema.value?.find("task")?.kind).toBe("category");
  expect(explore.columns.column("task").value).toBeNull();
  explore.columns.tasks.rows.value = new Map([
    ["one", Int32Array.of(0, 2)],
    ["two", Int32Array.of(2, 1)],
  ]);
  const column = explore.columns.column("task").value;
  expect(column?.kind === "category" && [...column.codes]).toEqual([0, 1, 0]);
  explore.text.value = 'task = "two"';
  expect([...(explore.found.value?.mask ?? [])]).toEqual([0, 1, 0]);
});

test("the user's own column of that name comes first", () => {
  const { explore } = storeWith([{ name: "task", kind: "number", numbers: Float64Array.of(1, 2, 3) }]);
  expect(explore.columns.tasks.names.value).toEqual([]);
  expect(explore.schema.value?.find("task")?.kind).toBe("number");
});

test("a page that is a file, without the rows, has no such column and asks for nothing", () => {
  const store = storeWith();
  const client = new EmbeddedClient({ answers: [], absent: {} }, () => "");
  store.data.client.value = client;
  const stop = startTaskColumn(store, client);
  expect(store.explore.schema.value?.find("task")).toBeUndefined();
  expect([store.explore.columns.tasks.names.value, health(store).taskRows("one")]).toEqual([[], null]);
  stop();
});

test("a run without tasks has no such column", () => {
  const store = storeWith();
  store.data.index.value = makeIndex({ steps: 2, frames: 2 });
  expect(store.explore.schema.value?.find("task")).toBeUndefined();
});
