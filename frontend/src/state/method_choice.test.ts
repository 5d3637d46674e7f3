import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Client } from "../data/client";
import { makeIndex } from "./index.fixture";
import { Server } from "./server.fixture";
import { startSession } from "./session";
import { Store } from "./store";

let server: Server;
let store: Store;
let fragment: string;
let stop: () => void;

const settle = (ms = 200) => vi.advanceTimersByTimeAsync(ms);

async function open(): Promise<void> {
  const client = new Client({ fetch: server.fetch, base: "http://host/", retryDelaysMs: [] });
  const write = (next: string) => {
    fragment = next;
  };
  stop = startSession(store, { read: () => fragment, write }, client);
  await settle();
}

beforeEach(() => {
  vi.useFakeTimers({ now: 200_000 });
  vi.stubGlobal("requestAnimationFrame", () => 0);
  vi.stubGlobal("cancelAnimationFrame", () => undefined);
  server = new Server();
  store = new Store();
  fragment = "hidden";
  stop = () => undefined;
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("keeps to the method that was chosen, in every run that has it", async () => {
  server.runs = ["r", "other", "plain"];
  const plain = makeIndex({ steps: 2, frames: 2, run: "plain" });
  const layers = plain.layers.map((layer) => ({ ...layer, frames: { hidden: layer.frames.hidden } }));
  server.indexOf.other = makeIndex({ steps: 3, frames: 3, run: "other" });
  server.indexOf.plain = { ...plain, layers };
  await open();
  store.seek(1);
  store.selectMethod("pca");
  await settle(1_000);
  expect([store.view.method.value, store.view.time.value, store.view.camera.value]).toEqual(["pca", 1, null]);
  expect(store.data.buffered.value).toEqual(new Set([0, 1, 2, 3]));
  expect(fragment).toContain("p.hidden.method=pca");
  store.selectRun("other");
  await settle();
  expect(store.view.method.value).toBe("pca");
  expect(store.frameAt(2)).toBeDefined();
  store.selectRun("plain");
  await settle();
  expect(store.view.method.value).toBe("hidden");
});

it("loads the frames of the method in view", async () => {
  await open();
  server.asked = [];
  store.selectMethod("pca");
  await settle();
  const versions = server.asked
    .filter((asked) => asked.startsWith("frame"))
    .map((asked) => new URLSearchParams(asked.slice("frame?".length)).get("v"));
  expect(new Set(versions)).toEqual(new Set(["pv0", "pv1", "pv2", "pv3"]));
});
