import { beforeEach, describe, expect, it } from "vitest";
import { makeFrame, makeLandscape } from "../data/codec.fixture";
import type { FramesIndex, LayerIndex, RunIndex } from "../data/types";
import { STALE_AFTER_MS, usualPaceMs } from "./derived";
import { makeIndex } from "./index.fixture";
import { Store } from "./store";

let store: Store;
beforeEach(() => {
  store = new Store();
  store.data.index.value = makeIndex({ steps: 5, frames: 4 });
  store.view.run.value = "r";
  store.view.layer.value = "fc";
  store.view.method.value = "hidden";
});

describe("time", () => {
  it("stays within the frames and stops following when the user moves it", () => {
    store.seek(99);
    expect([store.view.time.value, store.view.follow.value]).toEqual([3, false]);
    store.seek(-1);
    expect(store.view.time.value).toBe(0);
  });

  it("moves by whole frames, from between two to a true one first", () => {
    store.seek(1.4);
    store.stepBy(1);
    expect(store.view.time.value).toBe(2);
    store.seek(1.4);
    store.stepBy(-1);
    expect(store.view.time.value).toBe(1);
    store.stepBy(10);
    expect(store.view.time.value).toBe(3);
  });

  it("jumps to the newest frame when following and keeps playback off", () => {
    store.seek(0);
    store.togglePlay();
    store.setFollow(true);
    expect([store.view.time.value, store.view.playing.value]).toEqual([3, false]);
  });

  it("starts again at the first frame when played from the last", () => {
    store.setFollow(true);
    store.togglePlay();
    expect([store.view.time.value, store.view.playing.value, store.view.follow.value]).toEqual([
      0,
      true,
      false,
    ]);
    store.togglePlay();
    expect(store.view.playing.value).toBe(false);
  });

  it("has nothing to play with one frame", () => {
    store.data.index.value = makeIndex({ steps: 1, frames: 1 });
    store.togglePlay();
    expect(store.view.playing.value).toBe(false);
  });
});

describe("classes", () => {
  it("hides and shows one", () => {
    store.toggleClass(1);
    store.toggleClass(2);
    store.toggleClass(1);
    expect(store.view.hiddenClasses.value).toEqual(new Set([2]));
  });
  it("shows one alone, and all again the second time", () => {
    store.soloClass(1);
    expect(store.view.hiddenClasses.value).toEqual(new Set([0, 2]));
    store.soloClass(0);
    expect(store.view.hiddenClasses.value).toEqual(new Set([1, 2]));
    store.soloClass(0);
    expect(store.view.hiddenClasses.value.size).toBe(0);
  });
});

describe("frames on the client", () => {
  const frame = makeFrame([[0, 0, 1]]);

  it("are found by index under the selection they were put", () => {
    store.putFrame(2, frame);
    store.putLandscape(
      2,
      makeLandscape(1, () => [0, 0, 0]),
    );
    expect(store.frameAt(2)).toBe(frame);
    expect([store.data.buffered.value, store.data.bufferedLandscapes.value]).toEqual([
      new Set([2]),
      new Set([2]),
    ]);
    store.selectMethod("pca");
    expect(store.frameAt(2)).toBeUndefined();
    expect(store.data.buffered.value.size).toBe(0);
    store.selectMethod("hidden");
    expect(store.data.buffered.value).toEqual(new Set([2]));
  });

  it("are asked for anew when a step was written again", () => {
    store.putFrame(2, frame);
    store.data.index.value = makeIndex({ steps: 5, frames: 4, version: (i) => `again${i}` });
    store.refreshBuffered();
    expect(store.frameAt(2)).toBeUndefined();
    expect(store.data.buffered.value.size).toBe(0);
  });

  it("that failed are told by index until a retry", () => {
    store.markFailed(store.key(1) as string, "gone");
    store.markFailed("no such key", "gone");
    expect(store.data.failed.value).toEqual(new Map([[1, "gone"]]));
    const reloads = store.transient.reloads.value;
    store.retry();
    expect([store.data.failed.value.size, store.transient.reloads.value]).toEqual([0, reloads + 1]);
  });
});

describe("derived", () => {
  it("tells numbers of the nearest true frame and never in between", () => {
    store.seek(1.4);
    expect(store.derived.position.value).toEqual({ a: 1, b: 2, mix: expect.closeTo(0.4, 9) });
    expect(store.derived.nearestFrame.value).toBe(1);
    expect(store.derived.accuracyNow.value).toBeCloseTo(0.1, 9);
    expect(store.derived.faithfulnessNow.value).toEqual({ neighbours: 0.51, displacement: null });
    expect(store.derived.epochLabel.value).toBe("epoch 1.4 (interpolated)");
    store.seek(0);
    expect(store.derived.faithfulnessNow.value).toMatchObject({ neighbours: 0.5 });
  });

  it("knows which snapshots have no frame yet", () => {
    expect(store.derived.pendingSteps.value).toEqual([4]);
  });

  it("counts samples by label", () => {
    store.data.samples.value = {
      ids: ["a", "b", "c", "d"],
      labels: Int32Array.of(0, 2, -1, 2),
      texts: null,
      columns: [],
    };
    expect(store.derived.classCounts.value).toEqual([1, 0, 2]);
  });

  it("has one colour a class, for the theme", () => {
    const light = store.derived.colours.value;
    expect(light.length).toBe(3);
    store.transient.dark.value = true;
    expect(store.derived.colours.value).not.toEqual(light);
  });

  it("calls a live run stale, a closed one never", () => {
    store.data.lastUpdate.value = 1_000;
    store.data.now.value = 1_000 + STALE_AFTER_MS;
    expect(store.derived.stale.value).toBe(false);
    store.data.now.value += 1;
    expect(store.derived.stale.value).toBe(true);
    store.data.index.value = makeIndex({ steps: 5, frames: 4, closed: true });
    expect(store.derived.stale.value).toBe(false);
  });

  it("is patient with a run whose epochs take long", () => {
    store.data.index.value = makeIndex({ steps: 5, frames: 4, paceSeconds: 60 });
    store.data.lastUpdate.value = 1_000;
    store.data.now.value = 1_000 + 179_000;
    expect(store.derived.stale.value).toBe(false);
    store.data.now.value += 2_000;
    expect(store.derived.stale.value).toBe(true);
  });
});

it("usualPaceMs is the median, which one long pause does not move", () => {
  expect(usualPaceMs([0, 2, 4, 104, 106])).toBe(2_000);
  expect(usualPaceMs([5])).toBe(0);
});

it("a run opens with nothing of the run before", () => {
  store.putFrame(0, makeFrame([[0, 0, 1]]));
  store.seek(1);
  store.soloClass(1);
  store.selectRun("other");
  expect(store.data.index.value).toBeNull();
  expect([store.view.follow.value, store.view.layer.value, store.view.hiddenClasses.value.size]).toEqual([
    true,
    "",
    0,
  ]);
  expect(store.data.status.value).toEqual({ kind: "loading" });
  expect(store.derived.position.value).toBeNull();
});

it("a layer without the chosen method opens with its own", () => {
  const index: RunIndex = makeIndex({ steps: 5, frames: 4 });
  const layer = index.layers[0] as LayerIndex;
  const conv: LayerIndex = { ...layer, name: "conv", frames: { pca: layer.frames.hidden as FramesIndex } };
  store.data.index.value = { ...index, layers: [layer, conv] };
  store.selectLayer("conv");
  expect(store.view.method.value).toBe("pca");
  expect(store.derived.steps.value.length).toBe(4);
});
