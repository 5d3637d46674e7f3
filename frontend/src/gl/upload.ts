/** Why this file: moves frames from the client's memory to the GPU before they are needed, a little in every frame. */
import type { Store } from "../state/store";
import type { Scatter } from "./scatter";

/** Frames and landscapes uploaded ahead in one browser frame; those that are looked at now always are. */
const AHEAD_PER_FRAME = 2;

/**
 * Uploads what the time now needs, then some of what is near it.
 *
 * @returns whether more is waiting.
 */
export function uploadAhead(store: Store, scatter: Scatter): boolean {
  const position = store.derived.position.peek();
  if (position === null) return false;
  const count = store.derived.steps.peek().length;
  const first = store.frameAt(position.a) ?? store.frameAt(position.b);
  if (first === undefined) return false;
  scatter.setSamples(first.count, count, store.data.samples.peek()?.labels ?? null);
  for (const i of new Set([position.a, position.b])) {
    uploadFrame(store, scatter, i);
    uploadLandscape(store, scatter, i, count);
  }
  return ahead(store, scatter, count);
}

function ahead(store: Store, scatter: Scatter, count: number): boolean {
  let budget = AHEAD_PER_FRAME;
  for (const i of store.data.buffered.peek()) {
    if (scatter.freeFrames === 0) break;
    // Samples may have changed in number when the probe was logged anew: such a frame waits until it is looked at.
    if (scatter.hasFrame(store.key(i) ?? "") || store.frameAt(i)?.count !== scatter.samples) continue;
    if (budget-- === 0) return true;
    uploadFrame(store, scatter, i);
  }
  for (const i of store.data.bufferedLandscapes.peek()) {
    if (scatter.freeLandscapes === 0) break;
    if (scatter.hasLandscape(store.key(i) ?? "")) continue;
    if (store.landscapeAt(i)?.size !== scatter.landscapeSize) continue;
    if (budget-- === 0) return true;
    uploadLandscape(store, scatter, i, count);
  }
  return false;
}

function uploadFrame(store: Store, scatter: Scatter, i: number): void {
  const key = store.key(i);
  const frame = store.frameAt(i);
  if (key !== null && frame !== undefined && !scatter.hasFrame(key)) scatter.uploadFrame(key, frame);
}

function uploadLandscape(store: Store, scatter: Scatter, i: number, count: number): void {
  const key = store.key(i);
  const landscape = store.landscapeAt(i);
  if (key === null || landscape === undefined || scatter.hasLandscape(key)) return;
  scatter.uploadLandscape(key, landscape, count);
}
