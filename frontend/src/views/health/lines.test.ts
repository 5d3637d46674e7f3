import { expect, test } from "vitest";
import type { AlertInfo, HealthSeries } from "../../data/health_types";
import { alertsOf, chartsOf, layerColours, limitsOf, valueAt } from "./lines";
import { fitColumns } from "./use_columns";

const NONE = Number.NaN;

function series(measures: Record<string, number[]>, rates = [NONE, NONE, NONE]): HealthSeries {
  return {
    steps: Int32Array.of(0, 1, 2),
    measures: Object.keys(measures),
    values: Float32Array.from(Object.values(measures).flat()),
    rates: Float32Array.from(rates),
    tasks: [],
    taskMeasures: [],
    taskValues: new Float32Array(0),
  };
}

const alert = (changes: Partial<AlertInfo>): AlertInfo => ({
  version: "v",
  step: 2,
  rule: "collapse",
  severity: "error",
  layer: "fc",
  measure: "separation",
  value: 0.5,
  reference: 2,
  limit: 1,
  since: 2,
  sentence: "it collapses",
  classes: [],
  task: "",
  samples: [],
  wall_time: 0,
  ...changes,
});

const SERIES = new Map([
  ["fc", series({ separation: [1, 2, 0.5], rank: [NONE, NONE, NONE] })],
  ["", series({ accuracy: [0.1, 0.9, NONE], surprise: [1, 2, 3] }, [0.1, 0.1, 0.01])],
]);
const COLOURS = layerColours(["fc"], false);

test("a chart is drawn of what has a number, in its group", () => {
  const names = (group: Parameters<typeof chartsOf>[0]) =>
    chartsOf(group, SERIES, COLOURS).map(({ measure }) => measure.name);
  expect(names("geometry")).toEqual(["separation"]);
  expect(names("outcomes")).toEqual(["accuracy"]);
  expect(names("stability")).toEqual([]);
  // What a newer version logs is shown as it is.
  expect(names("training")).toEqual(["rate", "surprise"]);
});

test("an alert's limit runs from the time of its reference to the alert", () => {
  const [chart] = chartsOf("geometry", SERIES, COLOURS);
  if (chart === undefined) throw new Error("no chart");
  const own = alertsOf(chart, [alert({}), alert({ layer: "other" }), alert({ measure: "rank" })]);
  expect(own.length).toBe(1);
  expect(limitsOf(chart, own)).toEqual([{ key: "v", from: 1, to: 2, value: 1 }]);
  // The limit of one class is none of the layer.
  expect(limitsOf(chart, [alert({ classes: [3] })])).toEqual([]);
});

test("the newest number is that of the newest snapshot, known or not; a time has its own", () => {
  const [line] = chartsOf("outcomes", SERIES, COLOURS)[0]?.lines ?? [];
  if (line === undefined) throw new Error("no line");
  expect(valueAt(line, null)).toBeNaN();
  expect(valueAt({ ...line, values: [0.1, Number.NaN, 0.4] }, null)).toBeCloseTo(0.4);
  expect(valueAt(line, 0.2)).toBeCloseTo(0.1);
  expect(valueAt(line, 2)).toBeNaN();
});

test("layers have colours of their own, and charts fill the width", () => {
  const colours = [...layerColours(["a", "b", "c"], true).values()];
  expect(new Set(colours).size).toBe(3);
  expect(fitColumns(1000)).toEqual({ columns: 4, width: 239 });
  expect(fitColumns(0)).toEqual({ columns: 1, width: 0 });
});
