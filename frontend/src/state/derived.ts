/** Why this file: everything that follows from the store's other signals, computed once for all views. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { FramesIndex, LandscapeKind, LayerIndex, Settings } from "../data/types";
import { classColours } from "../theme/palettes";
import { lyingBelow } from "./lies";
import { locate, nearest, type Position, stepUnit, timeLabel } from "./locate";
import type { Store } from "./store";

/** A live run is called stale after this long without news, or three times its usual pace, whichever is longer. */
export const STALE_AFTER_MS = 40_000;
const STALE_PACES = 3;

export interface Derived {
  readonly layerIndex: ReadonlySignal<LayerIndex | null>;
  /** Frames of the selected layer and method; `null`: none were made yet. */
  readonly frames: ReadonlySignal<FramesIndex | null>;
  /** One key a frame that names this write of it for ever: run, layer, method, step, version. */
  readonly keys: ReadonlySignal<readonly string[]>;
  /** Steps of those frames. `view.time` moves over these. */
  readonly steps: ReadonlySignal<readonly number[]>;
  /** Steps that were captured and have no frame yet. */
  readonly pendingSteps: ReadonlySignal<readonly number[]>;
  /** Steps of snapshots and of maps together, ascending: maps that were logged as such have no snapshot. */
  readonly allSteps: ReadonlySignal<readonly number[]>;
  readonly unit: ReadonlySignal<"epoch" | "step">;
  readonly position: ReadonlySignal<Position | null>;
  /** The index is here, and the samples' labels are still on their way: colours are not known yet. */
  readonly awaitingSamples: ReadonlySignal<boolean>;
  /** A frame around the time now is not on the client yet; the picture on screen is of another time. */
  readonly missingNow: ReadonlySignal<boolean>;
  /** Index of the true frame that numbers, predictions and rings are of; -1 without frames. */
  readonly nearestFrame: ReadonlySignal<number>;
  /** "epoch 14" or "epoch 12.4 (interpolated)". */
  readonly epochLabel: ReadonlySignal<string>;
  /** 0 .. 1, of the nearest true frame. */
  readonly accuracyNow: ReadonlySignal<number | null>;
  /** Numbers by name, of the nearest true frame. */
  readonly faithfulnessNow: ReadonlySignal<Readonly<Record<string, number | null>>>;
  /** `kept` (0 to 255) below which the nearest true frame lies about a sample; `null` where that was not measured. */
  readonly lyingBelow: ReadonlySignal<number | null>;
  /** What the nearest true frame's method was run with. */
  readonly settingsNow: ReadonlySignal<Settings>;
  /** Why there is no map here, or what is wrong with it; "" when all is well. */
  readonly reasonNow: ReadonlySignal<string>;
  readonly landscapeKindNow: ReadonlySignal<LandscapeKind>;
  readonly classes: ReadonlySignal<readonly string[]>;
  /** Samples per class, by label. */
  readonly classCounts: ReadonlySignal<readonly number[]>;
  /** CSS colour of each class for the theme now; the same on points, rings, landscape and legend. */
  readonly colours: ReadonlySignal<readonly string[]>;
  /** No news for too long although the writer is still open. */
  readonly stale: ReadonlySignal<boolean>;
  /** ms since the last news. */
  readonly age: ReadonlySignal<number>;
}

const NO_STEPS: readonly number[] = [];

/** What frame `i` was made with. */
export function settingsOf(frames: FramesIndex | null, i: number): Settings {
  return frames?.settings[frames.settings_of[i] ?? -1] ?? {};
}

/** Median distance between snapshots in ms; 0 for fewer than two. */
export function usualPaceMs(wallTimes: readonly number[]): number {
  const gaps = wallTimes.slice(1).map((time, i) => (time - (wallTimes[i] as number)) * 1000);
  return gaps.toSorted((p, q) => p - q)[gaps.length >> 1] ?? 0;
}

/** Samples per class; labels outside the classes (and -1, none) are not counted. */
function countClasses(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (label >= 0 && label < classes) counts[label] = (counts[label] as number) + 1;
  }
  return counts;
}

export function derive(view: Store["view"], data: Store["data"], transient: Store["transient"]): Derived {
  const layerIndex = computed(
    () => data.index.value?.layers.find((layer) => layer.name === view.layer.value) ?? null,
  );
  const frames = computed(() => layerIndex.value?.frames[view.method.value] ?? null);
  const keys = computed(() => {
    const { steps = [], versions = [] } = frames.value ?? {};
    const prefix = [view.run.value, view.layer.value, view.method.value];
    return versions.map((version, i) => [...prefix, steps[i], version].join("\u0000"));
  });
  const steps = computed(() => frames.value?.steps ?? NO_STEPS);
  const pendingSteps = computed(() => {
    const made = new Set(steps.value);
    return (layerIndex.value?.steps ?? NO_STEPS).filter((step) => !made.has(step));
  });
  const allSteps = computed(() =>
    [...new Set([...(layerIndex.value?.steps ?? NO_STEPS), ...steps.value])].sort((p, q) => p - q),
  );
  const unit = computed(() => stepUnit(allSteps.value));
  const position = computed(() => locate(steps.value, view.time.value));
  const missingNow = computed(() => {
    if (position.value === null) return false;
    const { a, b } = position.value;
    return [a, b].some((i) => !data.buffered.value.has(i) && !data.failed.value.has(i));
  });
  const nearestFrame = computed(() => (position.value === null ? -1 : nearest(position.value)));
  const accuracyNow = computed(() => {
    const layer = layerIndex.value;
    const step = steps.value[nearestFrame.value];
    const snapshot = step === undefined ? -1 : (layer?.steps.indexOf(step) ?? -1);
    return layer?.accuracy[snapshot] ?? null;
  });
  const faithfulnessNow = computed(() => {
    const i = nearestFrame.value;
    const columns = Object.entries(frames.value?.faithfulness ?? {});
    return Object.fromEntries(columns.map(([name, column]) => [name, column[i] ?? null]));
  });
  let heldClasses: readonly string[] = [];
  const classes = computed(() => {
    const now = data.index.value?.probe?.classes ?? [];
    // Every poll brings another list of the same names; what follows from them is costly.
    const same = now.length === heldClasses.length && now.every((name, i) => name === heldClasses[i]);
    if (!same) heldClasses = now;
    return heldClasses;
  });
  const age = computed(() => Math.max(0, data.now.value - data.lastUpdate.value));
  return {
    layerIndex,
    frames,
    keys,
    steps,
    pendingSteps,
    allSteps,
    unit,
    position,
    missingNow,
    awaitingSamples: computed(() => data.index.value?.probe != null && data.samples.value === null),
    nearestFrame,
    epochLabel: computed(() => timeLabel(steps.value, view.time.value, unit.value)),
    accuracyNow,
    faithfulnessNow,
    lyingBelow: computed(() => lyingBelow(faithfulnessNow.value)),
    settingsNow: computed(() => settingsOf(frames.value, nearestFrame.value)),
    reasonNow: computed(() => frames.value?.reason[nearestFrame.value] ?? ""),
    landscapeKindNow: computed(() => frames.value?.landscape[nearestFrame.value] ?? null),
    classes,
    classCounts: computed(() => countClasses(data.samples.value?.labels ?? [], classes.value.length)),
    colours: computed(() => classColours(classes.value.length, transient.dark.value)),
    stale: computed(() => {
      const index = data.index.value;
      if (index === null || index.closed || data.lastUpdate.value === 0) return false;
      const pace = usualPaceMs(layerIndex.value?.wall_times ?? []);
      return age.value > Math.max(STALE_AFTER_MS, STALE_PACES * pace);
    }),
    age,
  };
}
