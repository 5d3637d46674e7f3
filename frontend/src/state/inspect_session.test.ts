import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Client } from "../data/client";
import type { RunIndex } from "../data/types";
import { rowsAtEvent } from "./event_tracker";
import { makeIndex } from "./index.fixture";
import { Server } from "./server.fixture";
import { startSession } from "./session";
import { Store } from "./store";

let server: Server;
let store: Store;
let fragment: string;
let stop: () => void = () => undefined;

/** A run of which the server knows activations and pictures. */
function indexOf(known = true): RunIndex {
  const index = makeIndex({ steps: 4, frames: 4 });
  const [layer] = index.layers;
  const versions = layer.steps.map((step) => `s${step}`);
  const probe = index.probe && { ...index.probe, images: known };
  return { ...index, probe, layers: [{ ...layer, ...(known && { versions }) }] };
}

async function open(hash = "hidden", index = indexOf()): Promise<void> {
  server.indexOf = { r: index };
  fragment = hash;
  const client = new Client({ fetch: server.fetch, base: "http://host/", retryDelaysMs: [] });
  const access = {
    read: () => fragment,
    write: (next: string) => {
      fragment = next;
    },
  };
  stop = startSession(store, access, client);
  await settle(900);
}

const settle = (ms = 400) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ now: 200_000 });
  vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) =>
    setTimeout(() => callback(performance.now()), 16),
  );
  vi.stubGlobal("cancelAnimationFrame", (id: number) => clearTimeout(id));
  server = new Server();
  store = new Store();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("asks for the sample in focus once one rests on it, and once only", async () => {
  await open();
  const { inspect, explore } = store;
  expect(server.count("details")).toBe(0);
  explore.selectRows([0, 1], "replace");
  inspect.focusOn(1);
  inspect.focusOn(0);
  await settle();
  expect(server.count("details")).toBe(1);
  expect(server.asked.at(-1)).toMatch(/^details.*step=3.*v=s3.*rows=0$/);
  expect(inspect.details.value).toMatchObject({ row: 0, step: 3, k: 1, neighbours: [1] });
  inspect.focusOn(1);
  expect(inspect.details.value).toBeNull();
  await settle();
  inspect.focusOn(0);
  expect(inspect.details.value?.row).toBe(0);
  await settle();
  expect(server.count("details")).toBe(2);
  expect(inspect.imageUrl.value?.(1)).toMatch(/^http:\/\/host\/image\?run=r&v=.*&row=1$/);
});

it("asks nothing while time plays or the panel is closed", async () => {
  await open();
  const { inspect, explore } = store;
  inspect.wish.value = "hidden";
  explore.selectRows([0], "replace");
  await settle();
  store.seek(0);
  store.togglePlay();
  inspect.wish.value = "open";
  await settle(200);
  expect(server.count("details")).toBe(0);
  store.togglePlay();
  await settle();
  expect(server.count("details")).toBe(1);
});

it("says why there are no details", async () => {
  server.failing.add("details3");
  await open();
  store.explore.selectRows([0], "replace");
  await settle();
  expect(store.inspect.noDetails.value).toBe("It is gone.");
  store.seek(2);
  await settle();
  expect(store.inspect.noDetails.value).toBe("");
  expect(store.inspect.details.value?.step).toBe(2);
});

it("says that an older log knows no neighbours, and has no pictures", async () => {
  await open("hidden", indexOf(false));
  store.explore.selectRows([0], "replace");
  await settle();
  expect(store.inspect.noDetails.value).toContain("no snapshot");
  expect(store.inspect.imageUrl.value).toBeNull();
  expect(server.count("details")).toBe(0);
});

it("finds events of the selection, and counts those of all when asked", async () => {
  await open();
  const { inspect, explore, cache } = store;
  expect(inspect.events.value).toEqual([]);
  // The second sample is taken for another class at the third epoch, and back.
  const frame = cache.peekFrame(store.key(2) as string);
  if (frame === undefined) throw new Error("not loaded");
  cache.putFrame(store.key(2) as string, { ...frame, prediction: Uint16Array.of(0, 0) });
  explore.selectRows([1], "replace");
  await settle();
  const flips = inspect.events.value.filter(({ kind }) => kind === "flip");
  expect(flips.map(({ row, frame, from, to }) => [row, frame, from, to])).toEqual([
    [1, 2, 1, 0],
    [1, 3, 0, 1],
  ]);
  expect(inspect.counts.value.size).toBe(0);
  inspect.counting.value = true;
  await settle();
  expect([...inspect.counts.value].map(([at, { flip }]) => [at, flip])).toEqual([
    [1, 0],
    [2, 1],
    [3, 1],
  ]);
  expect([...rowsAtEvent(store, "flip", 2)]).toEqual([1]);
  explore.selectRows([0], "replace");
  await settle();
  expect(inspect.events.value.filter(({ kind }) => kind === "flip")).toEqual([]);
});

it("keeps colour and size in the link", async () => {
  await open("hidden&p.hidden.colour=conf&p.hidden.size=flips");
  expect([store.colouring.by.value, store.colouring.size.value]).toEqual(["conf", "flips"]);
  store.colouring.by.value = "kept";
  store.colouring.size.value = "";
  await settle(800);
  expect(fragment).toContain("p.hidden.colour=kept");
  expect(fragment).not.toContain("p.hidden.size");
});
