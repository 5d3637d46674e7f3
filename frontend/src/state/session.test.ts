import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Client } from "../data/client";
import { makeIndex } from "./index.fixture";
import { Server } from "./server.fixture";
import { startSession } from "./session";
import { Store } from "./store";

let server: Server;
let store: Store;
let fragment: string;
let written: string[];
let stop: () => void;

function open(hash = "hidden"): void {
  fragment = hash;
  const client = new Client({ fetch: server.fetch, base: "http://host/", retryDelaysMs: [] });
  const access = {
    read: () => fragment,
    write: (next: string) => {
      written.push(next);
      fragment = next;
    },
  };
  stop = startSession(store, access, client);
}

const settle = (ms = 200) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ now: 200_000 });
  vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) =>
    setTimeout(() => callback(performance.now()), 16),
  );
  vi.stubGlobal("cancelAnimationFrame", (id: number) => clearTimeout(id));
  server = new Server();
  store = new Store();
  written = [];
  stop = () => undefined;
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("opening", () => {
  it("shows the newest run on its last frame, with everything loaded", async () => {
    server.runs = ["r", "older"];
    open();
    expect(store.data.status.value.kind).toBe("connecting");
    await settle();
    expect(store.data.status.value.kind).toBe("ready");
    expect([store.view.run.value, store.view.layer.value, store.view.method.value]).toEqual([
      "r",
      "fc",
      "hidden",
    ]);
    expect(store.view.time.value).toBe(3);
    expect(store.data.samples.value?.labels).toEqual(Int32Array.of(0, 1));
    expect(store.data.buffered.value).toEqual(new Set([0, 1, 2, 3]));
    expect(store.data.bufferedLandscapes.value.size).toBe(4);
    expect(store.data.lastUpdate.value).toBe(100_000);
  });

  it("loads frames beside the samples, and is not ready before both are here", async () => {
    server.slow.set("samples", 50);
    open();
    await settle(40);
    expect(server.count("samples")).toBe(1);
    expect(store.data.buffered.value.size).toBeGreaterThan(0);
    expect(store.derived.awaitingSamples.value).toBe(true);
    expect(store.data.status.value.kind).toBe("loading");
    await settle();
    expect(store.derived.awaitingSamples.value).toBe(false);
    expect(store.data.status.value.kind).toBe("ready");
    expect(store.data.lastUpdate.value).toBe(100_000);
  });

  it("says why there is nothing to see when the samples cannot be had, and goes on when they can", async () => {
    server.failing.add("samples");
    open();
    await settle();
    expect(store.data.status.value).toMatchObject({ kind: "error", message: "It is gone." });
    server.failing.clear();
    store.retry();
    await settle();
    expect(store.data.status.value.kind).toBe("ready");
    expect(store.data.samples.value?.ids).toEqual(["0", "1"]);
  });

  it("asks for the last frame first and for four at a time at most", async () => {
    server.indexOf.r = makeIndex({ steps: 30, frames: 30 });
    open();
    await settle(1_000);
    const frames = server.asked.filter((asked) => /^(frame|landscape)/.test(asked));
    expect(frames[0]).toMatch(/^frame.*step=29/);
    expect(frames[1]).toMatch(/^landscape.*step=29/);
    expect(frames[2]).toMatch(/^frame.*step=0/);
    expect(new Set(frames).size).toBe(60);
    expect(frames.length).toBe(60);
    expect(server.mostActive).toBe(4);
  });

  it("says when there is no run, and finds the first one by itself", async () => {
    server.runs = [];
    open();
    await settle();
    expect(store.data.status.value.kind).toBe("empty");
    server.runs = ["r"];
    await settle(2_000);
    expect(store.data.status.value.kind).toBe("ready");
  });

  it("opens a link, and only the first time", async () => {
    server.runs = ["new", "r"];
    server.indexOf.new = makeIndex({ steps: 2, frames: 2, run: "new" });
    open(
      "hidden&p.hidden.run=r&p.hidden.method=pca&p.hidden.epoch=1.5&p.hidden.hide=2&p.hidden.camera=1,2,3&p.hidden.lies=1",
    );
    await settle();
    const { view } = store;
    expect([view.run.value, view.method.value, view.time.value, view.follow.value]).toEqual([
      "r",
      "pca",
      1.5,
      false,
    ]);
    expect(view.hiddenClasses.value).toEqual(new Set([2]));
    expect(view.camera.value).toEqual({ x: 1, y: 2, zoom: 3 });
    expect(view.markLies.value).toBe(true);
    store.selectRun("new");
    await settle();
    expect([view.run.value, view.hiddenClasses.value.size, view.camera.value]).toEqual(["new", 0, null]);
  });

  it("opens the newest run when the link's is gone", async () => {
    open("p.hidden.run=deleted&p.hidden.epoch=1");
    await settle();
    expect([store.view.run.value, store.view.time.value]).toEqual(["r", 3]);
  });
});

describe("living on", () => {
  it("follows new frames, and not once the user moved", async () => {
    open();
    await settle();
    server.indexOf.r = makeIndex({ steps: 8, frames: 7, updated: 101 });
    await settle(1_300);
    expect(store.view.time.value).toBeGreaterThan(3);
    expect(store.view.time.value).toBeLessThan(6);
    expect(store.derived.epochLabel.value).toMatch(/interpolated/);
    await settle(3_000);
    expect(store.view.time.value).toBe(6);
    expect(store.view.follow.value).toBe(true);
    expect(store.data.buffered.value.size).toBe(7);
    expect(store.data.lastUpdate.value).toBeGreaterThan(200_000);
    store.seek(2);
    server.indexOf.r = makeIndex({ steps: 9, frames: 9, updated: 102 });
    await settle(1_100);
    expect(store.view.time.value).toBe(2);
    expect(store.derived.steps.value.length).toBe(9);
  });

  it("goes back when a resumed run has lost its last steps", async () => {
    open();
    await settle();
    server.indexOf.r = makeIndex({ steps: 2, frames: 2, updated: 101 });
    await settle(1_100);
    expect(store.view.time.value).toBe(1);
  });

  it("loads each thing once", async () => {
    open();
    await settle(20_000);
    expect(server.count("frame")).toBe(4);
    expect(server.count("landscape")).toBe(4);
    expect(server.count("samples")).toBe(1);
    expect(server.count("runs")).toBe(1);
    expect(server.count("index")).toBeGreaterThan(15);
  });

  it("rests while TensorBoard shows another plugin", async () => {
    open();
    await settle();
    store.transient.open.value = false;
    store.transient.visible.value = false;
    const before = server.asked.length;
    await settle(60_000);
    expect(server.asked.length).toBe(before);
    store.transient.visible.value = true;
    await settle();
    expect(server.count("index")).toBeGreaterThan(1);
  });

  it("looks for alerts now and then while the browser shows another tab, as long as the run goes on", async () => {
    open();
    await settle();
    store.transient.visible.value = false;
    const before = server.count("index");
    await settle(60_000);
    expect(server.count("index") - before).toBeGreaterThan(2);
    expect(server.count("index") - before).toBeLessThan(6);
    server.indexOf.r = makeIndex({ steps: 5, frames: 4, closed: true, updated: 101 });
    await settle(20_000);
    const ended = server.count("index");
    await settle(60_000);
    expect(server.count("index")).toBe(ended);
  });

  it("asks at once, for new runs too, when TensorBoard reloads", async () => {
    server.indexOf.r = makeIndex({ steps: 5, frames: 4, closed: true });
    open();
    await settle();
    server.runs = ["brand new", "r"];
    store.reload();
    await settle();
    expect(store.data.runs.value?.runs[0]?.name).toBe("brand new");
    expect(store.view.run.value).toBe("r");
  });

  it("keeps the picture when the server goes away, and says so until it is back", async () => {
    open();
    await settle();
    server.failing.add("index");
    await settle(1_100);
    expect(store.data.status.value.kind).toBe("ready");
    expect(store.data.offline.value).toMatchObject({ message: "It is gone." });
    server.failing.clear();
    await settle(2_000);
    expect(store.data.offline.value).toBeNull();
  });

  it("shows what failed when there is nothing to show, and recovers by retry", async () => {
    server.failing.add("runs");
    open();
    await settle();
    expect(store.data.status.value).toEqual({
      kind: "error",
      message: "It is gone.",
      url: "http://host/runs",
    });
    server.failing.clear();
    store.retry();
    await settle();
    expect(store.data.status.value.kind).toBe("ready");
  });

  it("leaves a frame that cannot be loaded out, and asks again on retry", async () => {
    server.failing.add("frame1");
    open();
    await settle();
    expect(store.data.failed.value).toEqual(new Map([[1, "It is gone."]]));
    expect(store.data.buffered.value).toEqual(new Set([0, 2, 3]));
    const before = server.count("frame");
    await settle(5_000);
    expect(server.count("frame")).toBe(before);
    server.failing.clear();
    store.retry();
    await settle();
    expect(store.data.buffered.value.size).toBe(4);
  });
});

describe("playback", () => {
  it("plays to the end and stops there", async () => {
    open();
    await settle();
    store.seek(1);
    store.togglePlay();
    await settle(500);
    expect(store.view.time.value).toBeGreaterThan(1.5);
    expect(store.view.time.value).toBeLessThan(2.5);
    await settle(3_000);
    expect([store.view.time.value, store.view.playing.value]).toEqual([3, false]);
  });

  it("shows true frames only when motion is reduced", async () => {
    store.transient.reducedMotion.value = true;
    open();
    await settle();
    store.seek(0);
    store.togglePlay();
    const seen = new Set<number>();
    for (let i = 0; i < 40; i++) {
      await settle(50);
      seen.add(store.view.time.value);
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3]);
  });
});

describe("the link", () => {
  it("is written after a pause, once, with what differs from how the run opens", async () => {
    open("hidden&p.other.k=1");
    await settle(1_000);
    expect(written).toEqual([]);
    for (const time of [1, 1.5, 2]) store.seek(time);
    store.toggleClass(0);
    await settle(1_000);
    expect(written).toEqual(["hidden&p.other.k=1&p.hidden.epoch=2&p.hidden.hide=0"]);
    store.setFollow(true);
    store.showAllClasses();
    await settle(1_000);
    expect(fragment).toBe("hidden&p.other.k=1");
  });

  it("names the run when there are several", async () => {
    server.runs = ["r", "s"];
    open();
    await settle(1_000);
    expect(fragment).toBe("hidden&p.hidden.run=r");
  });
});
