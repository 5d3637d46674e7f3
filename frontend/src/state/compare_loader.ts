/** Why this file: asks the server for what the panels beside the store's own need: other runs' indices, and maps. */
import { batch, effect } from "@preact/signals";
import { type Client, RequestError } from "../data/client";
import { type Compare, comparison, type RunFeed } from "./compare";
import type { OtherPanel } from "./compare_panel";
import { loadOrder } from "./load_order";
import { Poller } from "./poller";
import type { Store } from "./store";

/** Requests at once for all other panels; the store's own map goes first. */
const MOST_REQUESTS = 2;
/** Share of the cache that the panels may fill together, so that loading ahead never drops what is looked at. */
const CACHE_SHARE = 0.9;
/** x, y, prediction (2 bytes each), confidence, flags, kept; and a landscape of 256 x 256 cells of 4 bytes. */
const bytesOf = (samples: number) => 9 * samples + 256 * 256 * 4;

/** One request that is worth making. */
interface Order {
  readonly part: "frame" | "landscape";
  readonly key: string;
  readonly panel: OtherPanel;
  readonly frame: number;
}

/** Starts; the returned function stops everything. */
export function startCompare(store: Store, client: Client): () => void {
  const compare = comparison(store);
  const stops = [startFeeds(compare, client), startMaps(compare, client)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Keeps the indices of other runs up to date while a panel shows them. */
function startFeeds(compare: Compare, client: Client): () => void {
  const { store, foreignRuns } = compare;
  const pollers = new Map<string, Poller>();
  const reloads = { done: store.transient.reloads.peek() };
  const stop = effect(() => {
    const wanted = foreignRuns.value;
    const visible = store.transient.visible.value;
    const asked = store.transient.reloads.value;
    for (const [run, poller] of pollers) {
      if (wanted.includes(run)) continue;
      poller.pause();
      pollers.delete(run);
    }
    for (const run of wanted) {
      const poller = pollers.get(run) ?? new Poller((signal) => poll(compare.feed(run), run, client, signal));
      pollers.set(run, poller);
      if (!visible) poller.pause();
      else if (asked !== reloads.done) poller.poke();
      poller[visible ? "resume" : "pause"]();
    }
    reloads.done = asked;
  });
  return () => {
    stop();
    for (const poller of pollers.values()) poller.pause();
  };
}

async function poll(feed: RunFeed, run: string, client: Client, signal: AbortSignal) {
  const from = performance.now();
  try {
    const index = await client.index(run, signal);
    const held = feed.index.peek();
    const version = index.probe?.version;
    const same = held?.probe?.version === version && feed.samples.peek() !== null;
    const samples =
      version === undefined || same ? feed.samples.peek() : await client.samples(run, version, signal);
    signal.throwIfAborted();
    batch(() => {
      feed.problem.value = "";
      feed.samples.value = version === undefined ? null : samples;
      if (held === null || held.updated !== index.updated || held.closed !== index.closed)
        feed.index.value = index;
    });
  } catch (error) {
    if (signal.aborted) throw error;
    const gone = error instanceof RequestError && error.status === 404;
    const why =
      error instanceof RequestError ? error.message : `This page cannot read the server's answer (${error}).`;
    batch(() => {
      feed.problem.value = gone ? `Run ${run} is not in this log directory: choose another above.` : why;
      if (gone) feed.index.value = null;
    });
  }
  // Runs beside the one in view are looked at less often: at the pace of one that is closed.
  return { durationMs: performance.now() - from, closed: true };
}

/** Fetches maps of all panels, what is looked at first. */
function startMaps(compare: Compare, client: Client): () => void {
  const { store, cache, others } = compare;
  const inFlight = new Map<string, AbortController>();

  function lacks({ part, key, panel, frame }: Order): boolean {
    if (inFlight.has(part + key) || compare.failed.peek().has(key)) return false;
    if (part === "frame") return !store.cache.hasFrame(key) && !cache.hasFrame(key);
    if (panel.frames.peek()?.landscape[frame] == null) return false;
    return !store.cache.hasLandscape(key) && !cache.hasLandscape(key);
  }

  function ordersOf(panel: OtherPanel, share: number): [Order[], Order[]] {
    const position = panel.position.peek();
    const keys = panel.payloadKeys.peek();
    if (position === null) return [[], []];
    const current = [...new Set([position.a, position.b])];
    const room = (CACHE_SHARE * cache.limitBytes * share) / bytesOf(panel.samples.peek()?.ids.length ?? 0);
    // One that stays at its epoch needs no other.
    const ahead = panel.spec.peek().epoch === null ? Math.floor(room) : 0;
    const now: Order[] = [];
    const later: Order[] = [];
    const at = panel.reference.peek();
    const aligned =
      panel.relation.peek() !== "same" && at !== null ? [{ part: "frame" as const, frame: at[1] }] : [];
    for (const { part, frame } of [...aligned, ...loadOrder(keys.length, current, ahead)]) {
      const key = keys[frame];
      if ((part !== "frame" && part !== "landscape") || key === undefined) continue;
      const urgent = current.includes(frame) || frame === at?.[1];
      (urgent ? now : later).push({ part, key, panel, frame });
    }
    return [now, later];
  }

  function pump(): void {
    const panels = others.peek();
    if (panels.length === 0 || !store.transient.visible.peek()) return;
    const orders = panels.map((panel) => ordersOf(panel, 1 / panels.length));
    for (const order of [...orders.flatMap(([now]) => now), ...orders.flatMap(([, later]) => later)]) {
      if (inFlight.size >= MOST_REQUESTS) return;
      if (lacks(order)) void load(order);
    }
  }

  async function load({ part, key, panel, frame }: Order): Promise<void> {
    const controller = new AbortController();
    inFlight.set(part + key, controller);
    const { run, layer } = panel.spec.peek();
    const [step, version] = [panel.steps.peek()[frame], panel.frames.peek()?.versions[frame]];
    const bounds = panel.frames.peek()?.bounds[frame];
    try {
      if (step === undefined || version === undefined || bounds === undefined) return;
      const address = { run, layer, step, version };
      if (part === "frame") cache.putFrame(key, await client.frame(address, bounds, controller.signal));
      else cache.putLandscape(key, await client.landscape(address, controller.signal));
      compare.arrivals.value += 1;
    } catch (error) {
      if (controller.signal.aborted) return;
      compare.markFailed(key, error instanceof RequestError ? error.message : String(error));
    } finally {
      inFlight.delete(part + key);
    }
    pump();
  }

  const stopPump = effect(() => {
    // Reading these subscribes to them: each may make something else worth having.
    for (const panel of others.value) {
      void [panel.payloadKeys.value, panel.position.value, panel.reference.value, panel.relation.value];
    }
    void [store.transient.visible.value, compare.failed.value];
    pump();
  });
  const stopRetry = store.transient.reloads.subscribe(() => {
    compare.failed.value = new Map();
  });
  return () => {
    stopPump();
    stopRetry();
    for (const controller of inFlight.values()) controller.abort();
  };
}
