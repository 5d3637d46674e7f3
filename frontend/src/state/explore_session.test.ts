import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Client } from "../data/client";
import type { RunIndex } from "../data/types";
import { makeIndex } from "./index.fixture";
import { Server } from "./server.fixture";
import { startSession } from "./session";
import { Store } from "./store";

let server: Server;
let store: Store;
let fragment: string;
let stop: () => void = () => undefined;

/** A run whose server knows what the model said, and who was chosen at steps 1 and 3. */
function indexOf(): RunIndex {
  const index = makeIndex({ steps: 5, frames: 4 });
  const [layer] = index.layers;
  return {
    ...index,
    layers: [{ ...layer, versions: layer.steps.map((step) => `s${step}`) }],
    selected: { steps: [1, 3], versions: ["c1", "c3"], counts: [1, 1], totals: [5, 5] },
  };
}

function open(hash = "hidden"): void {
  fragment = hash;
  const client = new Client({ fetch: server.fetch, base: "http://host/", retryDelaysMs: [] });
  const access = {
    read: () => fragment,
    write: (next: string) => {
      fragment = next;
    },
  };
  stop = startSession(store, access, client);
}

const settle = (ms = 600) => vi.advanceTimersByTimeAsync(ms);
const selected = () => [...(store.explore.selectedMask.value ?? [])];

beforeEach(() => {
  vi.useFakeTimers({ now: 200_000 });
  vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) =>
    setTimeout(() => callback(performance.now()), 16),
  );
  vi.stubGlobal("cancelAnimationFrame", (id: number) => clearTimeout(id));
  server = new Server();
  server.indexOf = { r: indexOf() };
  store = new Store();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("loading", () => {
  it("fetches what the model said and who was chosen once the maps are here", async () => {
    open();
    await settle();
    const order = server.asked.filter((asked) => /^(frame|landscape|outcomes|selected)/.test(asked));
    expect(order[0]).toMatch(/^frame.*step=3/);
    expect(order[2]).toMatch(/^outcomes.*step=3.*v=s3/);
    expect(order.slice(-5).map((asked) => asked.split("?")[0])).toEqual([
      "selected",
      "selected",
      "outcomes",
      "outcomes",
      "outcomes",
    ]);
    expect(store.explore.snapshots.outcomesAt(0)?.prediction).toEqual(Uint16Array.of(0, 1));
    expect(store.explore.snapshots.chosenUntil(3)).toEqual([Int32Array.of(1), Int32Array.of(1)]);
    store.explore.text.value = "loss>1.5 and flips=2";
    expect(store.explore.found.value).toMatchObject({ count: 0, waiting: [] });
    store.explore.text.value = "loss>1.5 and role=new";
    expect([...(store.explore.found.value?.mask ?? [])]).toEqual([0, 1]);
  });

  it("does not ask for them in a log that has none", async () => {
    server.indexOf = { r: makeIndex({ steps: 5, frames: 4 }) };
    open();
    await settle();
    expect(server.count("outcomes") + server.count("selected")).toBe(0);
  });

  it("does not ask for them where the snapshots have no logits, and says so", async () => {
    const index = indexOf();
    server.indexOf = { r: { ...index, layers: index.layers.map((layer) => ({ ...layer, logits: false })) } };
    open();
    await settle();
    expect(server.count("outcomes")).toBe(0);
    store.explore.text.value = "loss>1";
    expect(store.explore.reading.value.problem?.message).toMatch(
      /no loss here. It was logged without logits/,
    );
    expect(store.explore.snapshots.names.value[0]?.step).toBe(0);
  });

  it("asks once for what the server refuses, says why, and asks again on retry", async () => {
    server.failing = new Set(["outcomes0", "outcomes1", "outcomes2", "outcomes3"]);
    open();
    await settle(5_000);
    expect(server.count("outcomes")).toBe(4);
    store.explore.text.value = "loss>1";
    expect(store.explore.reading.value.problem?.message).toMatch(/no loss here. It is gone/);
    server.failing.clear();
    store.retry();
    await settle();
    expect(store.explore.found.value?.count).toBe(1);
  });

  it("drops no map for what is fetched for later", async () => {
    // Two frames of 18 bytes and two landscapes of 16; one outcome is 22, and the quality of its labels 8.
    Object.assign(store.cache, { limitBytes: 4 * (18 + 16) + 4 + 30 });
    open();
    await settle();
    expect(store.data.buffered.value.size).toBe(4);
    for (const part of ["outcomes", "label_quality"]) {
      expect(server.count(part), "once, and once more after a map took its place").toBeLessThanOrEqual(2);
    }
  });
});

describe("the link", () => {
  it("says the query, the filter and the selection, and is followed", async () => {
    open();
    await settle();
    store.explore.text.value = "pred=b and label!=c";
    store.explore.filtering.value = true;
    store.explore.selectRows([1], "replace");
    await settle();
    expect(decodeURIComponent(fragment)).toBe(
      "hidden&p.hidden.q=pred=b and label!=c&p.hidden.filter=1&p.hidden.select=i:1",
    );
    stop();
    store = new Store();
    open(fragment);
    await settle();
    expect([store.explore.text.value, store.explore.filtering.value]).toEqual(["pred=b and label!=c", true]);
    expect(selected()).toEqual([0, 1]);
  });

  it("follows a query at the epoch that it was asked at, once that is here", async () => {
    server.slow.set("frame", 200);
    open(`p.hidden.select=${encodeURIComponent("q:2:flips=0 and label=a")}`);
    await settle(150);
    expect(selected()).toEqual([]);
    expect(store.explore.linked.value).not.toBe("");
    await settle(3_000);
    expect(selected()).toEqual([1, 0]);
    expect(store.explore.selection.value?.origin).toEqual({ text: "flips=0 and label=a", step: 2 });
    expect(decodeURIComponent(fragment)).toContain("select=q:2:flips=0 and label=a");
  });

  it("counts ids that this run lacks, and says what it cannot follow", async () => {
    open("p.hidden.select=i:1,77,78");
    await settle();
    expect(store.explore.selection.value).toMatchObject({ count: 1, missing: ["77", "78"] });
    stop();
    for (const code of ["q:2:zzz=1", "q:99:pred=a", "m:9.x.b.AA"]) {
      store = new Store();
      open(`p.hidden.select=${encodeURIComponent(code)}`);
      await settle();
      expect(selected()).toEqual([]);
      expect(store.explore.notice.value).toMatch(/nothing is selected/);
      expect(store.explore.linked.value).toBe("");
      stop();
    }
  });
});

describe("growing", () => {
  it("takes the neighbours among the activations in", async () => {
    open();
    await settle();
    // An open panel would ask for details of its own.
    store.inspect.wish.value = "hidden";
    store.explore.selectRows([0], "replace");
    store.explore.grow();
    expect(store.explore.growing.value).toBe(true);
    await settle();
    expect(server.asked.filter((asked) => asked.startsWith("details"))).toEqual([
      "details?run=r&layer=fc&step=3&v=s3&rows=0",
    ]);
    expect(selected()).toEqual([1, 1]);
    expect(store.explore.growing.value).toBe(false);
    store.explore.undo();
    expect(selected()).toEqual([1, 0]);
  });

  it("leaves a selection alone that was changed meanwhile, and says what went wrong", async () => {
    open();
    await settle();
    store.explore.selectRows([0], "replace");
    store.explore.grow();
    store.explore.clearSelection();
    await settle();
    expect(selected()).toEqual([]);
    server.failing.add("details3");
    store.explore.selectRows([0], "replace");
    store.explore.grow();
    await settle();
    expect(store.explore.notice.value).toBe("The neighbours could not be had. It is gone.");
    expect(store.explore.growing.value).toBe(false);
  });
});
