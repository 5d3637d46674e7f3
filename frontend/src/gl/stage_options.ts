/**
 * Why this file: what the user chose about the stage: which tool the pointer is, and what is drawn beside samples and
 * landscape. Views set these signals, the render loop reads them.
 */
import { signal } from "@preact/signals";
import type { Store } from "../state/store";
import type { Camera } from "./camera";
import type { DensityBy } from "./density";
import type { LandscapeBy } from "./graphics";
import type { Corner } from "./lasso";
import type { Rect } from "./panel_layout";
import type { PanelSource } from "./panel_source";
import type { PictureRequest } from "./picture";
import type { PointLook } from "./point_look";

/** What dragging does. */
export type Tool = "pan" | "lasso" | "box";

export class StageOptions {
  /** A picture that somebody waits for; the stage sets it back to `null`. */
  readonly picture = signal<PictureRequest | null>(null);
  readonly tool = signal<Tool>("pan");
  /** Corners of what is being drawn, CSS pixels from the canvas' upper left; `null`: nothing is. */
  readonly drawn = signal<readonly Corner[] | null>(null);
  /** What samples are coloured and sized by; `null`: by class, all alike. */
  readonly look = signal<PointLook | null>(null);
  /** 1 to 4 maps side by side; `null`: one, of what the store has selected. */
  readonly panels = signal<readonly PanelSource[] | null>(null);
  /** Where those panels lie on the canvas; set by the stage, for what is written beside them. */
  readonly rects = signal<readonly Rect[]>([]);
  /** Lines from each sample's place in the first panel to its place in the second, drawn in the second. */
  readonly difference = signal(false);
  /** What the landscape behind the samples shows; how strongly is the store's `view.landscapeOpacity`. */
  readonly landscapeBy = signal<LandscapeBy | "off">("class");
  /** The crowd is drawn as a density, coloured by this, instead of as single samples. */
  readonly density = signal<DensityBy | "off">("off");
  /** The selection leaves trails through time. */
  readonly trails = signal(false);
  /** The centre of each class leaves a path through time. */
  readonly drift = signal(false);
  /** Where the first panel looks in the picture on screen; set by the stage, for what is drawn over it. */
  readonly shown = signal<Camera | null>(null);
  /** The view follows the selection while time moves. */
  readonly pinned = signal(false);
  /** Row that a list points at, under the pointer or with the focus; -1: none. */
  readonly pointed = signal(-1);
  /** Row that is marked on every panel, but not in pictures to take away; -1: none. */
  readonly marked = signal(-1);
}

const optionsOf = new WeakMap<Store, StageOptions>();

/** The options of the stage that draws a store; the same object in every view. */
export function stageOptions(store: Store): StageOptions {
  let options = optionsOf.get(store);
  if (options === undefined) {
    options = new StageOptions();
    optionsOf.set(store, options);
  }
  return options;
}
