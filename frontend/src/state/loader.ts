/** Why this file: fetches frames and landscapes ahead of the time now, a few at a time, and puts them in the store. */
import { effect } from "@preact/signals";
import { type Client, type FrameAddress, RequestError } from "../data/client";
import { loadOrder, type Wanted } from "./load_order";
import type { Store } from "./store";

/** Requests at once: a browser opens six connections a server, and the index needs one. */
export const MAX_REQUESTS = 4;
/** Share of the cache that one selection may fill, so that loading ahead never drops what is looked at. */
const CACHE_SHARE = 0.9;
/** x, y, prediction (2 bytes each), confidence, flags, kept. */
const FRAME_BYTES_PER_SAMPLE = 9;
/** Until one has arrived, landscapes are taken to be 256 x 256 cells of 4 bytes. */
const ASSUMED_LANDSCAPE_BYTES = 256 * 256 * 4;

/** Starts loading; the returned function stops it. */
export function startLoader(store: Store, client: Client): () => void {
  const inFlight = new Map<string, AbortController>();
  let landscapeBytes = ASSUMED_LANDSCAPE_BYTES;
  let selection: string | undefined;

  function affordable(): number {
    const samples = store.data.index.peek()?.probe?.count ?? 0;
    const each = samples * FRAME_BYTES_PER_SAMPLE + landscapeBytes;
    return Math.floor((CACHE_SHARE * store.cache.limitBytes) / each);
  }

  function missing({ part, frame }: Wanted): boolean {
    if (store.data.failed.peek().has(frame) || inFlight.has(part + store.key(frame))) return false;
    if (part === "frame") return !store.data.buffered.peek().has(frame);
    if (store.derived.frames.peek()?.landscape[frame] == null) return false;
    return !store.data.bufferedLandscapes.peek().has(frame);
  }

  function pump(): void {
    const position = store.derived.position.peek();
    if (position === null || !store.transient.visible.peek() || inFlight.size >= MAX_REQUESTS) return;
    const count = store.derived.steps.peek().length;
    const current = position.mix < 0.5 ? [position.a, position.b] : [position.b, position.a];
    const order = loadOrder(count, [...new Set(current)], affordable());
    for (const wanted of order) {
      if (inFlight.size >= MAX_REQUESTS) return;
      if (missing(wanted)) void load(wanted);
    }
  }

  async function load({ part, frame }: Wanted): Promise<void> {
    const key = store.key(frame);
    const frames = store.derived.frames.peek();
    const bounds = frames?.bounds[frame];
    const step = frames?.steps[frame];
    const version = frames?.versions[frame];
    if (key === null || bounds === undefined || step === undefined || version === undefined) return;
    const { run, layer } = store.view;
    const address: FrameAddress = { run: run.peek(), layer: layer.peek(), step, version };
    const controller = new AbortController();
    inFlight.set(part + key, controller);
    try {
      if (part === "frame") {
        store.cache.putFrame(key, await client.frame(address, bounds, controller.signal));
      } else {
        const landscape = await client.landscape(address, controller.signal);
        landscapeBytes = landscape.cells.byteLength;
        store.cache.putLandscape(key, landscape);
      }
      store.refreshBuffered();
    } catch (error) {
      if (controller.signal.aborted) return;
      store.markFailed(key, error instanceof RequestError ? error.message : String(error));
    } finally {
      if (inFlight.get(part + key) === controller) inFlight.delete(part + key);
    }
    pump();
  }

  const stop = effect(() => {
    const now = [store.view.run.value, store.view.layer.value, store.view.method.value].join("\u0000");
    // Reading these subscribes to them: new frames, a moved time, a retry or a return to the tab may need data.
    void [store.derived.frames.value, store.derived.position.value];
    void [store.data.failed.value, store.transient.visible.value];
    if (now !== selection) {
      for (const controller of inFlight.values()) controller.abort();
      inFlight.clear();
      selection = now;
    }
    pump();
  });
  return () => {
    stop();
    for (const controller of inFlight.values()) controller.abort();
  };
}
