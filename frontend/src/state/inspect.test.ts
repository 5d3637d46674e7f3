import { beforeEach, expect, it } from "vitest";
import { makeFrame } from "../data/codec.fixture";
import type { SampleColumn } from "../data/types";
import { stageOptions } from "../gl/stage_options";
import { classColours } from "../theme/palettes";
import { startColouring } from "./colouring";
import { makeIndex } from "./index.fixture";
import { Store } from "./store";

let store: Store;

/** Confidence of row r at frame f. */
const SURE = [
  [0.2, 0.9, 0.4],
  [0.8, 0.1, 0.4],
];

beforeEach(() => {
  store = new Store();
  store.view.run.value = "r";
  const index = makeIndex({ steps: 2, frames: 2 });
  store.data.index.value = index;
  store.view.layer.value = index.layers[0]?.name ?? "";
  store.view.method.value = "hidden";
  const columns: SampleColumn[] = [
    { name: "size", kind: "number", numbers: Float64Array.of(1, 2, Number.NaN) },
    { name: "split", kind: "category", values: ["train", "test"], codes: Int32Array.of(0, 1, 1) },
  ];
  store.data.samples.value = { ids: ["b", "a", "c"], labels: Int32Array.of(0, 1, 1), texts: null, columns };
  SURE.forEach((sure, i) => {
    const frame = makeFrame([
      [0, 0, 0],
      [1, 0, 1],
      [0, 1, 0],
    ]);
    store.putFrame(i, { ...frame, confidence: Uint8Array.from(sure, (share) => Math.round(255 * share)) });
  });
  store.seek(0);
});

it("orders the selection by a column of the epoch shown, and rests while time plays", () => {
  const { inspect } = store;
  const order = () => [...inspect.order.value];
  expect(order()).toEqual([]);
  store.explore.selectRows([0, 1, 2], "replace");
  expect(order()).toEqual([0, 2, 1]);
  inspect.descending.value = true;
  expect(order()).toEqual([1, 2, 0]);
  store.view.playing.value = true;
  store.seek(1);
  expect(order()).toEqual([1, 2, 0]);
  store.view.playing.value = false;
  expect(order()).toEqual([0, 2, 1]);
  inspect.orderBy.value = "id";
  expect(order()).toEqual([2, 0, 1]);
});

it("looks at the first of a selection, and stays with it as time moves and the selection grows", () => {
  const { inspect, explore } = store;
  expect(inspect.focus.value).toBe(-1);
  explore.selectRows([0, 1], "replace");
  expect(inspect.focus.value).toBe(0);
  store.seek(1);
  explore.selectRows([2], "add");
  expect(inspect.focus.value).toBe(0);
  inspect.focusOn(2);
  expect(inspect.focus.value).toBe(2);
  explore.selectRows([2], "remove");
  expect(inspect.focus.value).toBe(1);
  inspect.select(0);
  expect([explore.selection.value?.count, inspect.focus.value]).toEqual([1, 0]);
});

it("opens with a selection, and stays closed once it was hidden", () => {
  const { inspect, explore } = store;
  expect(inspect.open.value).toBe(false);
  explore.selectRows([0], "replace");
  expect(inspect.open.value).toBe(true);
  inspect.toggle("samples");
  explore.selectRows([1], "replace");
  expect(inspect.open.value).toBe(false);
  inspect.toggle("events");
  expect([inspect.open.value, inspect.tab.value]).toEqual([true, "events"]);
  inspect.toggle("samples");
  expect([inspect.open.value, inspect.tab.value]).toEqual([true, "samples"]);
  expect(inspect.closeEmpty()).toBe(false);
  explore.clearSelection();
  expect([inspect.closeEmpty(), inspect.open.value, inspect.closeEmpty()]).toEqual([true, false, false]);
});

it("hands colours and sizes to the stage, on a scale that does not change with the epoch", () => {
  const { colouring } = store;
  const { look } = stageOptions(store);
  const stop = startColouring(store);
  expect(look.value).toBeNull();
  colouring.by.value = "conf";
  const first = look.value?.colours as Uint8Array;
  expect(first).toHaveLength(12);
  expect(colouring.legend.value).toMatchObject({ kind: "number", span: { from: 0, to: 1 } });
  store.seek(1);
  const then = look.value?.colours as Uint8Array;
  expect(then.subarray(8)).toEqual(first.subarray(8));
  expect(then).not.toEqual(first);
  colouring.size.value = "size";
  expect(colouring.sizeSpan.value).toEqual({ from: 1, to: 2, clipped: false });
  const [small, large, unknown] = look.value?.sizes ?? [];
  expect([unknown, (large as number) > (small as number)]).toEqual([small, true]);
  colouring.by.value = "";
  expect(look.value?.colours).toBe("classes");
  colouring.size.value = "";
  expect(look.value).toBeNull();
  stop();
});

it("names what is right and wrong, and offers no column that has no values", () => {
  const { colouring } = store;
  const [blue, orange] = classColours(2, false);
  colouring.by.value = "correct";
  expect(colouring.legend.value).toEqual({
    kind: "category",
    entries: [
      { code: 1, name: "right", colour: blue, count: 2 },
      { code: 0, name: "wrong", colour: orange, count: 1 },
    ],
    none: 0,
  });
  const choice = (name: string) => colouring.choices.value.find((column) => column.name === name);
  expect([choice("id"), choice("label")]).toEqual([undefined, undefined]);
  expect(choice("split")?.absent).toBe("");
  expect(choice("loss")?.absent).not.toBe("");
  colouring.by.value = "loss";
  expect([colouring.legend.value, colouring.look.value]).toEqual([null, null]);
  colouring.by.value = "nowhere";
  expect(colouring.look.value).toBeNull();
  expect(colouring.sizeChoices.value.every(({ kind }) => kind === "number")).toBe(true);
});
