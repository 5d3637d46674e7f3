import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Client } from "../data/client";
import type { FramesIndex, RunIndex } from "../data/types";
import { type Compare, comparison, formatPanels, parsePanels } from "./compare";
import { places } from "./compare_align";
import { drawnTogether, followClock, matchLabels, matchSamples, reference } from "./compare_match";
import { makeIndex } from "./index.fixture";
import { Server } from "./server.fixture";
import { startSession } from "./session";
import { Store } from "./store";

let server: Server;
let store: Store;
let compare: Compare;
let fragment: string;
let stop = () => {};

function open(hash = "hidden"): void {
  fragment = hash;
  const client = new Client({ fetch: server.fetch, base: "http://host/", retryDelaysMs: [] });
  const write = (next: string) => {
    fragment = next;
  };
  stop = startSession(store, { read: () => fragment, write }, client);
}

const settle = (ms = 400) => vi.advanceTimersByTimeAsync(ms);
const panel = (i: number) => {
  const found = compare.others.value[i];
  if (found === undefined) throw new Error(`no panel ${i}`);
  return found;
};

beforeEach(() => {
  vi.useFakeTimers({ now: 200_000 });
  vi.stubGlobal("requestAnimationFrame", (call: FrameRequestCallback) =>
    setTimeout(() => call(performance.now()), 16),
  );
  vi.stubGlobal("cancelAnimationFrame", (id: number) => clearTimeout(id));
  server = new Server();
  server.runs = ["r", "s"];
  server.indexOf.s = makeIndex({ steps: 3, frames: 3, run: "s", version: (i) => `s${i}` });
  store = new Store();
  compare = comparison(store);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("panels", () => {
  it("begin with the same map at its first epoch, which stays there", async () => {
    open();
    await settle();
    compare.add();
    expect(panel(0).spec.value).toEqual({ run: "r", layer: "fc", method: "hidden", epoch: 0 });
    expect([panel(0).relation.value, panel(0).problem.value, panel(0).timeLabel.value]).toEqual([
      "same",
      "",
      "epoch 0",
    ]);
    // What the store has is not asked for again.
    expect(panel(0).frameAt(0)).toBe(store.frameAt(0));
    expect(server.count("frame")).toBe(4);
    compare.add();
    compare.add();
    compare.add();
    expect([compare.others.value.length, compare.full.value]).toEqual([3, true]);
    expect(panel(1).spec.value.epoch).toBeNull();
    store.seek(1.25);
    expect(panel(1).position.value).toEqual({ a: 1, b: 2, mix: 0.25 });
    compare.close(panel(0));
    expect(compare.others.value.length).toBe(2);
  });

  it("show another run, asked for only while one does", async () => {
    open();
    await settle();
    compare.add();
    panel(0).show({ run: "s", epoch: null });
    expect(panel(0).awaiting.value).toBe(true);
    await settle();
    expect(panel(0).problem.value).toBe("");
    expect([...panel(0).buffered.value]).toEqual([0, 1, 2]);
    expect(panel(0).steps.value).toEqual([0, 1, 2]);
    // The store is at epoch 3, which this run lacks.
    expect(panel(0).timeLabel.value).toBe("epoch 2");
    const index = () => server.asked.filter((asked) => asked === "index?run=s").length;
    const before = index();
    await settle(25_000);
    expect(index() - before).toBeLessThanOrEqual(3);
    compare.close(panel(0));
    const after = index();
    await settle(25_000);
    expect(index()).toBe(after);
  });

  it("say what is missing, and what to do", async () => {
    open();
    await settle();
    compare.add();
    panel(0).show({ run: "gone" });
    await settle();
    expect(panel(0).problem.value).toMatch(/^Run gone is not in this log directory/);
    panel(0).show({ run: "s", layer: "conv9" });
    await settle();
    expect(panel(0).problem.value).toMatch(/no layer conv9/);
    panel(0).show({ layer: "fc", method: "umap" });
    expect(panel(0).problem.value).toMatch(/no map by umap/);
    server.failing.add("frame1");
    panel(0).show({ method: "pca", epoch: 1 });
    await settle();
    expect(panel(0).problem.value).toBe("It is gone.");
    server.failing.clear();
    store.retry();
    await settle();
    expect(panel(0).problem.value).toBe("");
  });

  it("take the place of the first when it is closed", async () => {
    open();
    await settle();
    compare.add();
    panel(0).show({ run: "s", method: "pca", epoch: 1 });
    await settle();
    compare.closeFirst();
    await settle();
    const { run, layer, method, time } = store.view;
    expect([run.value, layer.value, method.value, time.value]).toEqual(["s", "fc", "pca", 1]);
    expect(compare.others.value).toEqual([]);
  });

  it("travel in the link and come back exactly", async () => {
    open();
    await settle();
    compare.add();
    compare.add();
    panel(1).show({ run: "s", method: "pca" });
    compare.asDrawn.value = true;
    compare.toggleDifference();
    const specs = compare.others.value.map((one) => one.spec.value);
    await settle(1_000);
    const link = fragment;
    expect(link).toMatch(/p\.hidden\.panels=.*p\.hidden\.drawn=1&p\.hidden\.diff=1/);
    stop();
    store = new Store();
    compare = comparison(store);
    open(link);
    await settle(1_000);
    expect(compare.others.value.map((one) => one.spec.value)).toEqual(specs);
    expect([compare.asDrawn.value, compare.difference.value, fragment]).toEqual([true, true, link]);
    const odd = [{ run: "a;b,c", layer: "x%", method: "m", epoch: null }];
    expect(parsePanels(formatPanels(odd))).toEqual(odd);
    expect(parsePanels("a,b;r,l,m,NaN;%zz,l,m;,,;r,l,m,4")).toEqual([
      { run: "r", layer: "l", method: "m", epoch: 4 },
    ]);
  });
});

describe("alignment", () => {
  it("turns another method's map onto the first, and says how well; one switch leaves it as drawn", async () => {
    open();
    await settle();
    // Two samples fit any other two: that says nothing.
    compare.add();
    panel(0).show({ method: "pca", epoch: null });
    await settle();
    expect(panel(0).relation.value).toBe("impossible");
    expect(panel(0).space.value).not.toBe("");
  });

  it("puts every sample where its likeness is", async () => {
    const { makeFrame } = await import("../data/codec.fixture");
    open();
    await settle();
    const samples = {
      ids: ["x", "y", "z", "w"],
      labels: Int32Array.of(0, 1, 2, 0),
      texts: null,
      columns: [],
    };
    store.data.samples.value = samples;
    const own = makeFrame([
      [0, 0, 0],
      [1, 0, 1],
      [0, 0.5, 2],
      [0.3, 0.3, 0],
    ]);
    // A quarter turn of it.
    const other = makeFrame([
      [1, 0, 0],
      [1, 1, 1],
      [0.5, 0, 2],
      [0.7, 0.3, 0],
    ]);
    for (const i of [0, 1, 2, 3]) store.putFrame(i, own);
    compare.add();
    panel(0).show({ method: "pca", epoch: null });
    for (const key of panel(0).payloadKeys.value) compare.cache.putFrame(key, other);
    compare.arrivals.value += 1;
    expect(panel(0).relation.value).toBe("procrustes");
    expect(panel(0).fit.value?.r2).toBeCloseTo(1, 4);
    expect(panel(0).space.value).toBe("");
    const moved = panel(0).frameAt(3);
    const at = moved === undefined ? [] : [...places(moved)];
    for (const [k, v] of places(own).entries()) expect(at[k]).toBeCloseTo(v, 3);
    const key = panel(0).keys.value[3];
    compare.asDrawn.value = true;
    expect(panel(0).relation.value).toBe("drawn");
    expect(panel(0).frameAt(3)).toBe(other);
    expect(panel(0).keys.value[3]).not.toBe(key);
  });

  it("is not needed where maps were drawn as one", () => {
    const joint = (run: string, members: string): RunIndex => {
      const index = makeIndex({ steps: 2, frames: 2, run });
      const frames: FramesIndex = { ...index.layers[0].frames.hidden, settings: [{ joint: members }] };
      const layer = (name: string) => ({ ...index.layers[0], name, frames: { "hidden+joint": frames } });
      return { ...index, layers: [layer("fc"), layer("conv")] };
    };
    const spec = (run: string, layer = "fc") => ({ run, layer, method: "hidden+joint", epoch: null });
    const [r, s] = [joint("r", "r, s"), joint("s", "r, s")];
    expect(drawnTogether(spec("r"), r, spec("s"), s)).toBe(true);
    expect(drawnTogether(spec("r"), r, spec("s", "conv"), s)).toBe(false);
    expect(drawnTogether(spec("r"), r, spec("r", "conv"), r)).toBe(false);
    expect(drawnTogether(spec("r"), r, spec("s"), joint("s", "s, t"))).toBe(false);
    const layers = joint("r", "fc, conv");
    expect(drawnTogether(spec("r"), layers, spec("r", "conv"), layers)).toBe(true);
  });
});

describe("matching", () => {
  const samples = (ids: string[], labels: number[]) => ({
    ids,
    labels: Int32Array.from(labels),
    texts: null,
    columns: [],
  });

  it("goes by ids and names", () => {
    const own = samples(["a", "b", "c"], [0, 1, 0]);
    const match = matchSamples(
      own,
      samples(["c", "x", "a"], [0, 1, 2]),
      ["cat", "dog"],
      ["dog", "cat", "owl"],
    );
    expect(match).toEqual({
      rows: Int32Array.of(2, -1, 0),
      classes: Uint16Array.of(1, 0, 65535),
      common: 2,
      lacking: 1,
      left: 1,
    });
    expect([...matchLabels(match, Int32Array.of(0, 1, 2))]).toEqual([-1, -1, 1]);
    expect(matchSamples(own, samples(["a", "b", "c"], []), ["cat"], ["cat"])).toMatchObject({
      rows: null,
      classes: null,
    });
  });

  it("goes by steps: between the same two frames, else to the nearest true one", () => {
    expect(followClock([0, 1, 2], [0, 1, 2], { a: 1, b: 2, mix: 0.5 }, 1.5)).toEqual({
      a: 1,
      b: 2,
      mix: 0.5,
    });
    expect(followClock([0, 5, 10], [0, 1, 2, 3], { a: 2, b: 3, mix: 0.9 }, 2.9)).toEqual({
      a: 1,
      b: 1,
      mix: 0,
    });
    expect(followClock([0, 1, 2, 3, 4], [0, 4], { a: 0, b: 1, mix: 0.5 }, 2)).toEqual({ a: 2, b: 2, mix: 0 });
    expect(followClock([], [0], { a: 0, b: 0, mix: 0 }, 0)).toBeNull();
    expect(reference([0, 1, 2, 3], [0, 2, 4])).toEqual([2, 1]);
    expect(reference([0, 10], [3, 9])).toEqual([1, 1]);
    expect(reference([], [3])).toBeNull();
  });
});
