import { beforeEach, expect, test } from "vitest";
import { Client } from "../data/client";
import type { TrainingIndex } from "../data/training_types";
import { HEIGHTS, type Layers, layers, measureOf } from "./layers";
import { Store } from "./store";
import { training } from "./training";

const layer = (name: string, filters: number) => ({
  name,
  module: name.slice(0, name.lastIndexOf(".")),
  kind: "parameter" as const,
  shape: [4],
  trainable: true,
  filters,
  aliases: [],
});

function index(statistics: readonly string[]): TrainingIndex {
  return {
    run: "r",
    v: "1",
    parameters: {
      statistics,
      bands: [1e-4, 1e-3, 1e-2, 1e-1],
      stretches: [
        {
          rows: 10,
          first_step: 0,
          last_step: 9,
          first_time: 0,
          last_time: 9,
          skipped: [],
          learning_rates: 1,
          layers: [
            layer("a.0.weight", 4),
            layer("a.0.bias", 0),
            layer("a.1.weight", 4),
            layer("a.1.bias", 0),
          ],
          nodes: [
            { path: "", start: 0, stop: 4 },
            { path: "a", start: 0, stop: 4 },
            { path: "a.0", start: 0, stop: 2 },
            { path: "a.1", start: 2, stop: 4 },
          ],
        },
      ],
    },
    answers: [],
    scalars: [],
  };
}

let one: Layers;
let store: Store;
beforeEach(() => {
  store = new Store();
  const client = new Client({ fetch, base: "http://localhost/" });
  training(store).put(client, index(["min", "max", "mean", "l1", "l2", "q1", "median", "q3"]));
  one = layers(store);
});

test("each of gradients, weights and changes keeps its own way to be drawn", () => {
  expect(one.drawn.value).toBe("horizon");
  one.setDrawn("line");
  one.setStatistic("mean");
  one.what.value = "change";
  expect([one.drawn.value, one.measure.value.array]).toEqual(["stack", "bands"]);
  one.what.value = "weights";
  expect([one.drawn.value, one.statistic.value]).toEqual(["line", "l2"]);
  one.what.value = "gradients";
  expect([one.drawn.value, one.statistic.value]).toEqual(["line", "mean"]);
});

test("magnitudes are logarithmic, what may be negative is not", () => {
  expect(measureOf("gradients", "horizon", "l2", 2, true)).toMatchObject({ kind: "magnitude", log: true });
  expect(measureOf("gradients", "horizon", "mean", 2, true)).toMatchObject({ kind: "signed", log: false });
  expect(measureOf("weights", "box", "l2", 2, true)).toMatchObject({ kind: "signed", log: false, index: 2 });
  expect(measureOf("weights", "box", "l2", 2, true).statistics?.[2]).toBe("median");
  expect(measureOf("change", "line", "l2", 3, true)).toMatchObject({ kind: "share", log: false, index: 3 });
  expect(measureOf("update", "line", "l2", 3, false)).toMatchObject({ array: "update", log: false });
  expect(measureOf("update", "line", "l2", 3, false)).not.toHaveProperty("statistics");
});

test("a log without quartiles has no boxes, and one without l2 another statistic", () => {
  one.setDrawn("box");
  expect(one.drawn.value).toBe("box");
  training(store).put(new Client({ fetch, base: "http://localhost/" }), { ...index(["l1", "max"]), v: "2" });
  expect([one.drawn.value, one.statistic.value]).toEqual(["line", "l1"]);
});

test("a layer that is asked for is opened, a filter is outlined too", () => {
  one.open("stages");
  const keys = () => one.rows().map(({ key }) => key);
  expect(keys()).not.toContain("a.1.weight");
  one.revealFilter(2, "a.1.weight", 3);
  expect(keys()).toContain("a.1.weight");
  expect(keys()).not.toContain("a.0.weight");
  expect(one.wanted.value).toEqual({ key: "a.1.weight" });
  expect(one.outlined.value).toEqual({ layer: "a.1.weight", filter: 3 });
  expect(one.flipped.value.has("a.1.weight")).toBe(true);
  one.toggle("a.1");
  expect(keys()).not.toContain("a.1.weight");
});

test("rows have a least and a greatest height", () => {
  for (let i = 0; i < 20; i++) one.taller(1);
  expect(one.height.value).toBe(HEIGHTS.most);
  for (let i = 0; i < 20; i++) one.taller(-1);
  expect(one.height.value).toBe(HEIGHTS.least);
});
