import { act, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Client } from "../../data/client";
import { containerBytes } from "../../data/codec.fixture";
import { alerts } from "../../state/alerts";
import { makeAlert } from "../../state/alerts.fixture";
import type { Store } from "../../state/store";
import { training } from "../../state/training";
import { renderWith, runIndex, storeWith } from "../testing";
import { HealthTab } from "./health_tab";

const LAYER = "fc1:input";
const NONE = Number.NaN;
const STEPS = [0, 1, 2, 3];

const i4 = (name: string, values: readonly number[]) => ({
  name,
  dtype: "i4",
  shape: [values.length],
  bytes: new Uint8Array(Int32Array.from(values).buffer),
});
const f4 = (name: string, shape: readonly number[], values: readonly number[]) => ({
  name,
  dtype: "f4",
  shape,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

/** Answers of the server about the layer and about the network. */
function answer(url: URL): Uint8Array<ArrayBuffer> {
  const layer = url.searchParams.get("layer");
  if (url.pathname.endsWith("task")) {
    return containerBytes([i4("rows", url.searchParams.get("v") === "t1" ? [0, 1] : [2, 3, 4])]);
  }
  if (url.pathname.endsWith("health_classes")) {
    const measures = layer === LAYER ? ["separation", "nearest"] : ["accuracy"];
    const values = measures.flatMap((_, m) =>
      STEPS.flatMap((t) => (m === 1 ? [1, 2, 1] : [3 - t, 1 + t, 2])),
    );
    const gaps = STEPS.flatMap((t) => [NONE, 4 - t, 5, 4 - t, NONE, 2, 5, 2, NONE]);
    const arrays = [i4("steps", STEPS), f4("values", [measures.length, 4, 3], values)];
    if (layer === LAYER) arrays.push(f4("gaps", [4, 3, 3], gaps));
    return containerBytes(arrays, { measures });
  }
  const [measures, values] =
    layer === LAYER
      ? [
          ["separation", "rank"],
          [0, 1, NONE, 2, 9, 8, 7, 6],
        ]
      : [["accuracy"], [0.1, 0.5, 0.4, 0.9]];
  const taskMeasures = [layer === LAYER ? "probe_accuracy" : "accuracy"];
  const tasks = layer === LAYER ? [1, 1, 1, 1, 1, 1, 1, 1] : [0, 0, 1, 0, 0.5, 0.5, 0, 1];
  return containerBytes(
    [
      i4("steps", STEPS),
      f4("values", [measures.length, 4], values),
      f4("rates", [4], [0.1, 0.1, 0.01, 0.01]),
      f4("task_values", [1, 4, 2], tasks),
    ],
    { measures, task_measures: taskMeasures, tasks: ["one", "two"] },
  );
}

let store: Store;
beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
});
afterEach(() => vi.restoreAllMocks());

async function opened(tasks = true): Promise<void> {
  const task = (name: string, step: number, version: string) => ({
    name,
    step,
    version,
    count: 2,
    classes: [0],
  });
  store = storeWith(
    runIndex({
      alerts: [
        makeAlert(3, { layer: LAYER, measure: "separation", value: 2, reference: 1, limit: 1.5, since: 3 }),
      ],
      tasks: tasks ? [task("one", 1, "t1"), task("two", 2, "t2")] : [],
      health: { [LAYER]: { version: "s.9", steps: 4 }, "": { version: "s.8", steps: 4 } },
    }),
  );
  const fetched: typeof fetch = async (input) => new Response(answer(new URL(String(input))));
  store.data.client.value = new Client({ fetch: fetched, base: "http://server/" });
  renderWith(store, <HealthTab />);
  const there = [".health-pairs", ".health-classes", ".health-path", ".stamp"];
  await waitFor(() => expect(there.every((part) => document.querySelector(part) !== null)).toBe(true), {
    timeout: 20_000,
  });
  await waitFor(() => expect(screen.getByRole("img", { name: /^accuracy: network/ })).toBeTruthy(), {
    timeout: 20_000,
  });
}

const chart = (name: RegExp) => screen.getByRole("img", { name });

test("every measure has a chart with a gap, its alert, its limit and the changes of the run", async () => {
  await opened();
  const separation = chart(/^separation: fc1:input 2; 1 alert\./);
  expect(separation.querySelector(".stamp-line")?.getAttribute("d")).toMatch(/^M[^M]*L[^M]*M[^ML]*h2$/);
  expect(separation.querySelectorAll(".stamp-mark").length).toBe(1);
  expect(separation.querySelectorAll(".stamp-limit").length).toBe(1);
  const changes = [...separation.querySelectorAll(".stamp-change title")].map((title) => title.textContent);
  expect(changes).toEqual(["task 'two' begins, epoch 2", "learning rate 0.1 to 0.01, epoch 2"]);
  const seek = vi.spyOn(store, "seek");
  fireEvent.click(separation, { clientX: 34 });
  expect(seek).toHaveBeenCalledWith(0);
  fireEvent.click(separation.querySelector(".stamp-mark") as Element);
  expect(alerts(store).focus.value).not.toBe("");
});

test("the pointer in one chart shows the numbers of that time in all", async () => {
  await opened();
  const numbers = () => [...document.querySelectorAll(".stamp-value")].map((one) => one.textContent);
  const before = numbers();
  act(() => {
    training(store).hover.value = 0;
  });
  expect(numbers()).not.toEqual(before);
  expect(numbers()[0]).toBe("0");
});

test("classes are ordered and selected, and so are the nearest pairs", async () => {
  await opened();
  const names = () =>
    [...document.querySelectorAll(".health-classes tbody th")].map((one) => one.textContent?.trim());
  // The maps end at step 2; of the classes there are three snapshots before it.
  expect(names()).toEqual(["cat", "owl", "dog"]);
  fireEvent.click(screen.getByRole("button", { name: "class" }));
  expect(names()).toEqual(["cat", "dog", "owl"]);
  fireEvent.click(document.querySelectorAll(".health-classes tbody th button")[2] as HTMLElement);
  expect([...(store.explore.selectedMask.value ?? [])]).toEqual([0, 0, 0, 0, 1, 0]);
  fireEvent.click(
    screen.getByRole("list", { name: "Nearest classes" }).querySelector("button") as HTMLElement,
  );
  expect([...(store.explore.selectedMask.value ?? [])].filter(Boolean).length).toBeGreaterThan(2);
});

test("tasks: what was forgotten, by whom, and who crossed", async () => {
  await opened();
  expect(screen.getByText("one: the head forgot (accuracy 0 %, linear probe 100 %)")).toBeTruthy();
  const figure = (name: string) => screen.getByText(name).nextElementSibling?.textContent;
  expect(figure("average accuracy")).toBe("50 %");
  expect(figure("backward transfer")).toBe("−100 %");
  expect(
    screen.getByRole("img", { name: /^accuracy of 2 tasks over time; at the end: one 0 %, two 100 %/ }),
  ).toBeTruthy();
  expect(screen.getByText(/^Predictions at epoch 2 against epoch 1/)).toBeTruthy();
  fireEvent.click(screen.getByTitle("Select the 2 samples of 'one'"));
  await waitFor(() => expect([...(store.explore.selectedMask.value ?? [])]).toEqual([1, 1, 0, 0, 0, 0]));
});

test("a run without tasks has no such section", async () => {
  await opened(false);
  expect(screen.queryByText("Tasks")).toBeNull();
});
