/** Why this file: fetches what belongs to the run ahead of the time now, a few things at a time, and puts it in the store. */
import { effect, untracked } from "@preact/signals";
import { type Client, type FrameAddress, RequestError } from "../data/client";
import { loadOrder, type Part, type Wanted } from "./load_order";
import type { Besides } from "./snapshots";
import type { Store } from "./store";

/** Requests at once: a browser opens six connections a server, and the index needs one. */
const MAX_REQUESTS = 4;
/** Share of the cache that one selection may fill, so that loading ahead never drops what is looked at. */
const CACHE_SHARE = 0.9;
/** x, y, prediction (2 bytes each), confidence, flags, kept. */
const FRAME_BYTES_PER_SAMPLE = 9;
/** Prediction and runner-up (2 bytes each), confidence, margin, entropy, loss as a 32-bit float. */
const OUTCOME_BYTES_PER_SAMPLE = 11;
/** A 32-bit float. */
const QUALITY_BYTES_PER_SAMPLE = 4;
/** Until one has arrived, landscapes are taken to be 256 x 256 cells of 4 bytes. */
const ASSUMED_LANDSCAPE_BYTES = 256 * 256 * 4;
/** Whole runs are asked anew at most this often while things arrive. */
const ANNOUNCE_EVERY_MS = 250;
/** Time that has not moved for so long rests. */
const REST_MS = 250;

/** What can be asked for: `key` names it in the cache. */
interface Order extends FrameAddress {
  readonly part: Part;
  readonly key: string;
}

/** Starts loading; the returned function stops it. */
export function startLoader(store: Store, client: Client): () => void {
  const { cache, data, derived, view } = store;
  const { snapshots } = store.explore;
  const inFlight = new Map<string, AbortController>();
  let landscapeBytes = ASSUMED_LANDSCAPE_BYTES;
  let selection: string | undefined;
  let announcing: ReturnType<typeof setTimeout> | undefined;
  let resting = false;
  let settling: ReturnType<typeof setTimeout> | undefined;

  const refused = (part: Besides, key: string) => untracked(() => snapshots.hasFailed(part, key));
  const samples = () => data.index.peek()?.probe?.count ?? 0;

  function affordable(): number {
    const each = samples() * FRAME_BYTES_PER_SAMPLE + landscapeBytes;
    return Math.floor((CACHE_SHARE * cache.limitBytes) / each);
  }

  /** The request for something; `null` when there is no such thing. */
  function orderOf({ part, frame }: Wanted): Order | null {
    const at = { run: view.run.peek(), layer: view.layer.peek(), part };
    if (part === "chosen" || part === "outcomes" || part === "quality") {
      const name = snapshots.namesOf(part).peek()[frame];
      return name == null ? null : { ...at, ...name };
    }
    const frames = derived.frames.peek();
    const key = store.key(frame);
    const step = frames?.steps[frame];
    const version = frames?.versions[frame];
    if (key === null || step === undefined || version === undefined) return null;
    return { ...at, key, step, version };
  }

  function missing({ part, frame }: Wanted, { key }: Order, urgent: boolean): boolean {
    if (inFlight.has(part + key)) return false;
    if (part === "chosen") return cache.chosen(key) === undefined && !refused(part, key);
    if (part === "outcomes" || part === "quality") {
      const here = part === "outcomes" ? cache.outcomes(key) : cache.labelQuality(key);
      if (here !== undefined || refused(part, key)) return false;
      // Where there is no room for all of them, each drops another: not for epochs that time only passes.
      const room = CACHE_SHARE * cache.limitBytes - cache.bytes;
      const each = part === "outcomes" ? OUTCOME_BYTES_PER_SAMPLE : QUALITY_BYTES_PER_SAMPLE;
      return (urgent && resting) || samples() * each * (inFlight.size + 1) <= room;
    }
    if (data.failed.peek().has(frame)) return false;
    if (part === "frame") return !data.buffered.peek().has(frame);
    if (derived.frames.peek()?.landscape[frame] == null) return false;
    return !data.bufferedLandscapes.peek().has(frame);
  }

  function pump(): void {
    const position = derived.position.peek();
    if (position === null || !store.transient.visible.peek() || inFlight.size >= MAX_REQUESTS) return;
    const count = derived.steps.peek().length;
    const current = [...new Set(position.mix < 0.5 ? [position.a, position.b] : [position.b, position.a])];
    const choices = snapshots.choiceNames.peek().length;
    for (const wanted of loadOrder(count, current, affordable(), choices)) {
      if (inFlight.size >= MAX_REQUESTS) return;
      const order = orderOf(wanted);
      if (order !== null && missing(wanted, order, current.includes(wanted.frame))) {
        void load(order, wanted.frame);
      }
    }
  }

  async function fetchPart(order: Order, frame: number, signal: AbortSignal): Promise<void> {
    const { part, key } = order;
    if (part === "frame") {
      const bounds = derived.frames.peek()?.bounds[frame];
      if (bounds !== undefined) cache.putFrame(key, await client.frame(order, bounds, signal));
    } else if (part === "landscape") {
      const landscape = await client.landscape(order, signal);
      landscapeBytes = landscape.cells.byteLength;
      cache.putLandscape(key, landscape);
    } else if (part === "outcomes") {
      cache.putOutcomes(key, await client.outcomes(order, signal));
    } else if (part === "quality") {
      cache.putLabelQuality(key, await client.labelQuality(order, signal));
    } else {
      cache.putChosen(key, await client.selected(order.run, order.step, order.version, signal));
    }
  }

  async function load(order: Order, frame: number): Promise<void> {
    const { part, key } = order;
    const controller = new AbortController();
    inFlight.set(part + key, controller);
    try {
      await fetchPart(order, frame, controller.signal);
      if (part === "frame" || part === "landscape") store.refreshBuffered();
      if (part !== "landscape")
        announce((part === "outcomes" || part === "quality") && frame === derived.nearestFrame.peek());
    } catch (error) {
      if (controller.signal.aborted) return;
      const message = error instanceof RequestError ? error.message : String(error);
      if (part === "frame" || part === "landscape") store.markFailed(key, message);
      else snapshots.markFailed(part, key, message);
    } finally {
      if (inFlight.get(part + key) === controller) inFlight.delete(part + key);
    }
    pump();
  }

  /** What the epoch shown waits for is announced at once, the rest together. */
  function announce(now: boolean): void {
    if (now) snapshots.announce();
    else
      announcing ??= setTimeout(() => {
        announcing = undefined;
        snapshots.announce();
      }, ANNOUNCE_EVERY_MS);
  }

  const stopSettling = derived.position.subscribe(() => {
    resting = false;
    clearTimeout(settling);
    settling = setTimeout(() => {
      resting = true;
      pump();
    }, REST_MS);
  });
  const stop = effect(() => {
    const now = [view.run.value, view.layer.value, view.method.value].join("\u0000");
    // Reading these subscribes to them: new frames, a moved time, a retry or a return to the tab may need data.
    void [
      derived.frames.value,
      derived.position.value,
      snapshots.choiceNames.value,
      snapshots.qualityNames.value,
    ];
    void [data.failed.value, snapshots.failed.value, store.transient.visible.value];
    if (now !== selection) {
      for (const controller of inFlight.values()) controller.abort();
      inFlight.clear();
      selection = now;
    }
    pump();
  });
  return () => {
    stop();
    stopSettling();
    clearTimeout(announcing);
    clearTimeout(settling);
    for (const controller of inFlight.values()) controller.abort();
  };
}
