/** Why this file: what a panel draws, without saying where it comes from: the run in view, or another beside it. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Bounds, FrameData, LandscapeData } from "../data/types";
import type { Position } from "../state/locate";
import type { Store } from "../state/store";

/** One run, layer and method at one time. Frames are counted from 0; row i is the same sample in every panel. */
export interface PanelSource {
  /** Panels of the same space are fitted together, so that a place means the same in each of them. */
  readonly space: ReadonlySignal<string>;
  /** Of every frame, in layout units. */
  readonly bounds: ReadonlySignal<readonly Bounds[]>;
  /** One key a frame that names this write of it for ever. */
  readonly keys: ReadonlySignal<readonly string[]>;
  readonly position: ReadonlySignal<Position | null>;
  /** One a sample, negative is none; `null`: no sample has one. */
  readonly labels: ReadonlySignal<Int32Array | null>;
  /** The labels are still on their way: colours are not known yet. */
  readonly awaiting: ReadonlySignal<boolean>;
  /** Frames whose points, and whose landscape, are on the client. */
  readonly buffered: ReadonlySignal<ReadonlySet<number>>;
  readonly bufferedLandscapes: ReadonlySignal<ReadonlySet<number>>;
  /** Frames that will not come. */
  readonly failed: ReadonlySignal<ReadonlyMap<number, string>>;
  /** `kept` (0 .. 255) below which the map lies about a sample; `null`: not measured. */
  readonly lyingBelow: ReadonlySignal<number | null>;
  frameAt(i: number): FrameData | undefined;
  landscapeAt(i: number): LandscapeData | undefined;
}

/** The run, layer and method that the store has selected. */
export function storeSource(store: Store): PanelSource {
  const { data, derived } = store;
  return {
    space: computed(() => ""),
    bounds: computed(() => derived.frames.value?.bounds ?? []),
    keys: derived.keys,
    position: derived.position,
    labels: computed(() => data.samples.value?.labels ?? null),
    awaiting: derived.awaitingSamples,
    buffered: data.buffered,
    bufferedLandscapes: data.bufferedLandscapes,
    failed: data.failed,
    lyingBelow: derived.lyingBelow,
    frameAt: (i) => store.frameAt(i),
    landscapeAt: (i) => store.landscapeAt(i),
  };
}

/** Subscribes to everything that a panel's picture depends on. */
export function watchSource(source: PanelSource): void {
  const { position, bounds, keys, buffered, bufferedLandscapes, failed, labels, lyingBelow, space } = source;
  for (const { value } of [position, bounds, keys, buffered, bufferedLandscapes]) void value;
  for (const { value } of [failed, labels, lyingBelow, space, source.awaiting]) void value;
}
