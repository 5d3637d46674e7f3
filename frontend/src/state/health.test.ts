import { afterEach, expect, test } from "vitest";
import { Client } from "../data/client";
import { containerBytes } from "../data/codec.fixture";
import type { RunIndex } from "../data/types";
import { alerts } from "./alerts";
import { makeAlert } from "./alerts.fixture";
import { health } from "./health";
import { healthView } from "./health_view";
import { makeIndex } from "./index.fixture";
import { Store } from "./store";

/** Requests that wait for an answer, by version. */
const waiting = new Map<string, (() => void)[]>();
const asked: string[] = [];
afterEach(() => {
  waiting.clear();
  asked.length = 0;
});

/** An answer of as many steps as its version is old. */
function answer(version: string): Uint8Array<ArrayBuffer> {
  const count = Number(version.slice(1));
  const floats = (name: string, shape: number[]) => ({
    name,
    dtype: "f4" as const,
    shape,
    bytes: new Uint8Array(new Float32Array(count).buffer),
  });
  const steps = {
    name: "steps",
    dtype: "i4" as const,
    shape: [count],
    bytes: new Uint8Array(Int32Array.from({ length: count }, (_, t) => t).buffer),
  };
  return containerBytes([steps, floats("values", [1, count]), floats("rates", [count])], {
    measures: ["rank"],
  });
}

const fetched: typeof fetch = (input) => {
  const version = new URL(String(input)).searchParams.get("v") ?? "";
  asked.push(version);
  return new Promise((resolve) => {
    const arrive = () => resolve(new Response(answer(version)));
    waiting.set(version, [...(waiting.get(version) ?? []), arrive]);
  });
};

function storeOf(): Store {
  const store = new Store();
  store.view.run.value = "r";
  const index = makeIndex({ steps: 4, frames: 4 });
  store.data.index.value = { ...index, layers: [...index.layers, { ...index.layers[0], name: "conv" }] };
  store.view.layer.value = "fc";
  store.data.client.value = new Client({ fetch: fetched, base: "http://server/" });
  return store;
}

function measuredUpTo(store: Store, version: string, layers = ["fc"]): void {
  const index = store.data.index.value as RunIndex;
  const measured = Object.fromEntries(layers.map((name) => [name, { version, steps: 1 }]));
  store.data.index.value = { ...index, health: measured };
}

/** The answers to what was asked of a version so far come. */
async function arrived(version: string): Promise<void> {
  for (const arrive of waiting.get(version) ?? []) arrive();
  await new Promise((resolve) => setTimeout(resolve, 50));
}

test("of a question the newest answer is kept, and the one before until it is here", async () => {
  const store = storeOf();
  const state = health(store);
  const view = healthView(store);
  const steps = () => view.series.value.get("fc")?.steps.length;
  const stop = view.series.subscribe(() => undefined);
  for (const version of ["v1", "v2"]) {
    measuredUpTo(store, version);
    if (version === "v2") {
      expect(steps()).toBe(1);
      // The one before is still here.
      measuredUpTo(store, "v1");
      expect(state.series("fc")?.value.kind).toBe("ready");
      measuredUpTo(store, "v2");
    }
    await arrived(version);
  }
  expect([steps(), asked]).toEqual([2, ["v1", "v2"]]);
  // Now it is gone.
  measuredUpTo(store, "v1");
  expect(state.series("fc")?.value.kind).toBe("loading");
  expect(asked).toEqual(["v1", "v2", "v1"]);
  stop();
});

test("runs of any number of layers are asked for once each", async () => {
  const store = storeOf();
  const index = store.data.index.value as RunIndex;
  const layers = index.layers
    .slice(0, 1)
    .flatMap((layer) => Array.from({ length: 125 }, (_, i) => ({ ...layer, name: `l${i}` })));
  store.data.index.value = { ...index, layers };
  measuredUpTo(
    store,
    "v1",
    layers.map(({ name }) => name),
  );
  const stop = healthView(store).series.subscribe(() => undefined);
  await arrived("v1");
  expect(asked).toHaveLength(125);
  stop();
}, 20_000);

test("another layer, an alert of one, or another run is looked at in detail whatever was chosen before", () => {
  const store = storeOf();
  measuredUpTo(store, "v1", ["fc", "conv"]);
  const view = healthView(store);
  view.detailWish.value = "conv";
  expect(view.detail.value).toBe("conv");
  const alert = makeAlert(2, { layer: "fc" });
  store.data.index.value = { ...(store.data.index.value as RunIndex), alerts: [alert] };
  // The map is in that layer already.
  alerts(store).visit(alert);
  expect(view.detail.value).toBe("fc");
  view.detailWish.value = "fc";
  store.selectLayer("conv");
  expect(view.detail.value).toBe("conv");
  view.detailWish.value = "fc";
  view.wish.value = new Set(["fc"]);
  view.clock.zoomed.value = { from: 1, to: 2 };
  store.view.run.value = "another";
  expect([view.detailWish.value, view.wish.value, view.clock.zoomed.value]).toEqual([null, null, null]);
});
