/** Why this file: moves frames from the client's memory to the GPU before they are needed, a little in every frame. */
import type { Panel } from "./panel";
import type { PanelSource } from "./panel_source";

/** Frames and landscapes uploaded ahead in one browser frame; those that are looked at now always are. */
const AHEAD_PER_FRAME = 2;

/**
 * Uploads what the time now needs, then some of what is near it.
 *
 * @returns whether more is waiting.
 */
export function uploadAhead(source: PanelSource, panel: Panel): boolean {
  const position = source.position.peek();
  if (position === null) return false;
  const count = source.keys.peek().length;
  const first = source.frameAt(position.a) ?? source.frameAt(position.b);
  if (first === undefined) return false;
  panel.setSamples(first.count, count, source.labels.peek());
  for (const i of new Set([position.a, position.b])) {
    uploadFrame(source, panel, i);
    uploadLandscape(source, panel, i);
  }
  return ahead(source, panel);
}

function ahead(source: PanelSource, panel: Panel): boolean {
  const keys = source.keys.peek();
  let budget = AHEAD_PER_FRAME;
  for (const i of source.buffered.peek()) {
    if (panel.freeFrames === 0) break;
    // Samples may have changed in number when the probe was logged anew: such a frame waits until it is looked at.
    if (panel.hasFrame(keys[i] ?? "") || source.frameAt(i)?.count !== panel.samples) continue;
    if (budget-- === 0) return true;
    uploadFrame(source, panel, i);
  }
  for (const i of source.bufferedLandscapes.peek()) {
    if (panel.freeLandscapes === 0) break;
    if (panel.hasLandscape(keys[i] ?? "")) continue;
    if (source.landscapeAt(i)?.size !== panel.landscapeSize) continue;
    if (budget-- === 0) return true;
    uploadLandscape(source, panel, i);
  }
  return false;
}

function uploadFrame(source: PanelSource, panel: Panel, i: number): void {
  const key = source.keys.peek()[i];
  const frame = source.frameAt(i);
  if (key !== undefined && frame !== undefined && !panel.hasFrame(key)) panel.uploadFrame(key, frame);
}

function uploadLandscape(source: PanelSource, panel: Panel, i: number): void {
  const keys = source.keys.peek();
  const key = keys[i];
  const landscape = source.landscapeAt(i);
  if (key === undefined || landscape === undefined || panel.hasLandscape(key)) return;
  panel.uploadLandscape(key, landscape, keys.length);
}
