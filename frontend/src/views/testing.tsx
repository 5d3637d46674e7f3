/** A store filled with a small made-up run, and a view rendered over it, for the tests of the views. */
import { cleanup, render } from "@testing-library/preact";
import type { ComponentChild } from "preact";
import { afterEach } from "vitest";
import type { FrameData, FramesIndex, RunIndex, Samples } from "../data/types";
import { Store } from "../state/store";
import { StoreProvider } from "./store_context";

afterEach(cleanup);

/** Six samples, two to a class. */
export const LABELS: readonly number[] = [0, 0, 1, 1, 2, -1];
export const CLASSES: readonly string[] = ["cat", "dog", "owl"];
/** Seconds since 1970 at which the made-up run was last written. */
export const UPDATED = 1_790_000_000;

/** Frames at steps 0, 1 and 2 whose numbers differ, so that a test sees which one was taken. */
export function framesIndex(overrides: Partial<FramesIndex> = {}): FramesIndex {
  return {
    settings: [{ warm_iterations: 60, anchor: 3 }],
    settings_of: [0, 0, 0],
    steps: [0, 1, 2],
    versions: ["s.1", "s.2", "s.3"],
    wall_times: [UPDATED - 3, UPDATED - 2, UPDATED - 1],
    bounds: [
      [0, 0, 1, 1],
      [0, 0, 1, 1],
      [0, 0, 1, 1],
    ],
    landscape: ["linear", "linear", "linear"],
    reason: ["", "", ""],
    seconds: [0.41, 0.32, 0.33],
    cpu_seconds: [0.39, 0.3, 0.29],
    faithfulness: {
      k: [15, 15, 15],
      neighbours: [0.1, 0.31, 0.53],
      neighbours_floor: [0.0083, 0.0083, 0.0083],
      ppr_held_out: [0.5, 0.8, 0.96],
      ppr_floor: [0.12, 0.12, 0.12],
      displacement: [null, 0.2, 0.02],
    },
    ...overrides,
  };
}

/** One layer with snapshots at 0 to 3, of which the last has no map yet. */
export function runIndex(
  overrides: Partial<RunIndex> = {},
  frames: FramesIndex | null = framesIndex(),
): RunIndex {
  const steps = [0, 1, 2, 3];
  return {
    run: "pets",
    format: 1,
    updated: UPDATED,
    closed: false,
    probe: { version: "s.0", count: LABELS.length, classes: CLASSES, thumbnails: null, texts: false },
    layers: [
      {
        name: "fc1:input",
        width: 128,
        head: "linear",
        steps,
        wall_times: steps.map((s) => UPDATED - 4 + s),
        accuracy: [0.2, 0.6, 0.8, 0.9],
        nonfinite: [0, 0, 0, 0],
        bytes: [1000, 1000, 1000, 1000],
        capture_ms: [30, 30, 30, 30],
        frames: frames === null ? {} : { hidden: frames },
      },
    ],
    cost: { bytes_per_snapshot: 900_000, capture_ms: 31, share: 0.006 },
    refused: "",
    ...overrides,
  };
}

/** A frame of the six samples: the fourth is taken for an owl and was held out. */
export function frameData(step: number): FrameData {
  return {
    step,
    count: 6,
    bounds: [0, 0, 1, 1],
    positions: new Uint16Array(12),
    prediction: Uint16Array.from([0, 0, 1, 2, 2, 65_535]),
    confidence: Uint8Array.from([255, 255, 255, 158, 255, 0]),
    flags: Uint8Array.from([0, 0, 0, 1, 0, 0]),
    kept: Uint8Array.from([255, 255, 255, 187, 255, 0]),
  };
}

/** The six samples. */
export function samples(texts: readonly string[] | null = null): Samples {
  return { ids: ["a", "b", "c", "d", "e", "f"], labels: Int32Array.from(LABELS), texts, columns: [] };
}

/** A store that shows `index`, all of its frames loaded, at its newest map, three seconds after it was written. */
export function storeWith(index: RunIndex = runIndex()): Store {
  const store = new Store();
  const clock = (UPDATED + 3) * 1000;
  store.data.runs.value = {
    format: 1,
    version: "0.1.0",
    logdir: "runs",
    runs: [
      { name: "pets", started: UPDATED - 60 },
      { name: "pets/noisy", started: UPDATED - 7200 },
      { name: "digits", started: UPDATED - 90_000 },
    ],
  };
  store.view.run.value = index.run;
  store.data.index.value = index;
  store.data.samples.value = samples();
  store.data.status.value = { kind: "ready" };
  store.data.lastUpdate.value = UPDATED * 1000;
  store.data.now.value = clock;
  store.view.layer.value = index.layers[0]?.name ?? "";
  store.view.method.value = "hidden";
  store.derived.steps.value.forEach((step, i) => {
    store.putFrame(i, frameData(step));
  });
  store.view.time.value = store.derived.steps.value.at(-1) ?? 0;
  return store;
}

/** Renders a view over a store. */
export function renderWith(store: Store, view: ComponentChild): ReturnType<typeof render> {
  return render(<StoreProvider value={store}>{view}</StoreProvider>);
}
