/** Why this file: which layer and method a run opens with, decided once and in one place. */
import type { LayerIndex, RunIndex } from "../data/types";

/** The deepest layer whose way to the logits is known, because only it has a landscape; else the last one. */
export function defaultLayer(index: RunIndex): LayerIndex | undefined {
  return index.layers.findLast((layer) => layer.head !== "none") ?? index.layers.at(-1);
}

/** The product's own method when it has frames, else the first that has; "" when nothing was projected yet. */
export function defaultMethod(layer: LayerIndex): string {
  if ("hidden" in layer.frames) return "hidden";
  return Object.keys(layer.frames)[0] ?? "";
}
