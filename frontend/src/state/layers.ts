/** Why this file: what somebody has chosen in the tab Layers; it stays when another tab is opened meanwhile. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { SeriesQuery } from "../data/training_client";
import { ancestors, type Depth, layerTree, openAtFirst, openTo, type Tree, visibleRows } from "./layer_tree";
import type { Store } from "./store";
import { training } from "./training";

export type What = "gradients" | "weights" | "update" | "change";
export type Drawn = "horizon" | "line" | "box" | "stack";
/** The smallest and the greatest colour are those of the layer, of each filter, or of each iteration. */
export type Normalise = "global" | "filter" | "iteration";

/** How each may be drawn, the usual one first. */
export const DRAWINGS: Readonly<Record<What, readonly Drawn[]>> = {
  gradients: ["horizon", "line", "box"],
  weights: ["line", "horizon", "box"],
  update: ["horizon", "line"],
  change: ["stack", "horizon", "line"],
};
/** What a box is made of, from below, and the mean. */
const BOX_STATISTICS = ["min", "q1", "median", "q3", "max", "mean"] as const;
export const HEIGHTS = { least: 24, most: 96, step: 8 } as const;
export const MOST_BANDS = 4;
/** Statistics that are below zero, too. */
const SIGNED = new Set(["min", "max", "mean", "median", "q1", "q3"]);
/** Statistics that span orders of magnitude. */
const MAGNITUDES = new Set(["l1", "l2", "std"]);
/** What is taken for gradients and weights at first. */
const USUAL_STATISTIC = "l2";

/** What is asked for to draw a strip, and how its numbers are to be read. */
export interface Measure {
  readonly what: What;
  readonly drawn: Drawn;
  readonly array: SeriesQuery["array"];
  readonly statistics?: readonly string[];
  /** Which of the answer's statistics is drawn by itself. */
  readonly index: number;
  readonly kind: "signed" | "magnitude" | "share";
  readonly log: boolean;
}

export class Layers {
  readonly what = signal<What>("gradients");
  private readonly statistics = signal<Readonly<Partial<Record<What, string>>>>({});
  private readonly drawings = signal<Readonly<Partial<Record<What, Drawn>>>>({});
  /** Which of the index's `bands` is drawn, of changes; the last but one. */
  readonly band = signal(2);
  readonly bands = signal(2);
  readonly log = signal(true);
  readonly sameScale = signal(false);
  /** Of a strip, in CSS pixels. */
  readonly height = signal(28);
  /** Layers, by name, whose filters are shown. */
  readonly flipped = signal<ReadonlySet<string>>(new Set());
  readonly normalise = signal<Normalise>("global");
  /** A filter that somebody looks for. */
  readonly outlined = signal<{ readonly layer: string; readonly filter: number } | null>(null);
  /** Two runs as one strip of their difference, and not as two. */
  readonly difference = signal(false);
  /** Two runs are laid beside each other by their training steps, and not by the clock. */
  readonly bySteps = signal(false);
  /** The row that is to be scrolled to; anew each time. */
  readonly wanted = signal<{ readonly key: string } | null>(null);
  private readonly openedWish = signal<ReadonlySet<string> | null>(null);

  readonly tree: ReadonlySignal<Tree | null>;
  readonly opened: ReadonlySignal<ReadonlySet<string>>;
  readonly statistic: ReadonlySignal<string>;
  readonly drawn: ReadonlySignal<Drawn>;
  readonly measure: ReadonlySignal<Measure>;

  constructor(store: Store) {
    const { stretch, log } = training(store);
    this.tree = computed(() => (stretch.value === null ? null : layerTree(stretch.value)));
    this.opened = computed(
      () => this.openedWish.value ?? (this.tree.value === null ? new Set() : openAtFirst(this.tree.value)),
    );
    this.statistic = computed(() => {
      const there = log.value?.index.parameters?.statistics ?? [];
      const wished = this.statistics.value[this.what.value] ?? USUAL_STATISTIC;
      return there.includes(wished) ? wished : (there[0] ?? USUAL_STATISTIC);
    });
    this.drawn = computed(() => {
      const there = log.value?.index.parameters?.statistics ?? [];
      const wished = this.drawings.value[this.what.value] ?? (DRAWINGS[this.what.value][0] as Drawn);
      return wished === "box" && !BOX_STATISTICS.every((name) => there.includes(name)) ? "line" : wished;
    });
    this.measure = computed(() =>
      measureOf(this.what.value, this.drawn.value, this.statistic.value, this.band.value, this.log.value),
    );
  }

  setStatistic(name: string): void {
    this.statistics.value = { ...this.statistics.peek(), [this.what.peek()]: name };
  }

  setDrawn(drawn: Drawn): void {
    this.drawings.value = { ...this.drawings.peek(), [this.what.peek()]: drawn };
  }

  taller(steps: number): void {
    const { least, most, step } = HEIGHTS;
    this.height.value = Math.min(most, Math.max(least, this.height.peek() + steps * step));
  }

  toggle(key: string): void {
    this.openedWish.value = toggled(this.opened.peek(), key);
  }

  open(depth: Depth): void {
    const tree = this.tree.peek();
    if (tree !== null) this.openedWish.value = openTo(tree, depth);
  }

  toggleFilters(layer: string): void {
    this.flipped.value = toggled(this.flipped.peek(), layer);
  }

  /** Opens the tree down to a place, and scrolls there. */
  reveal(place: number): void {
    const node = this.tree.peek()?.byPlace.get(place);
    if (node === undefined) return;
    batch(() => {
      const needed = ancestors(node);
      if (needed.some((key) => !this.opened.peek().has(key))) {
        this.openedWish.value = new Set([...this.opened.peek(), ...needed]);
      }
      this.wanted.value = { key: node.key };
    });
  }

  /** Shows one filter of a layer among the others. */
  revealFilter(place: number, layer: string, filter: number): void {
    batch(() => {
      this.flipped.value = new Set([...this.flipped.peek(), layer]);
      this.outlined.value = { layer, filter };
      this.reveal(place);
    });
  }

  /** Rows of the tree as it is open now. */
  rows() {
    const tree = this.tree.value;
    return tree === null ? [] : visibleRows(tree, this.opened.value);
  }
}

/** Whether a logarithmic scale makes sense. */
export function hasLog(what: What, drawn: Drawn, statistic: string): boolean {
  if (drawn === "box" || what === "change") return false;
  return what === "update" || MAGNITUDES.has(statistic);
}

/** What is asked for, and how it is read. */
export function measureOf(what: What, drawn: Drawn, statistic: string, band: number, log: boolean): Measure {
  const common = { what, drawn, log: log && hasLog(what, drawn, statistic) };
  if (what === "change") return { ...common, array: "bands", index: band, kind: "share" };
  if (what === "update") return { ...common, array: "update", index: 0, kind: "magnitude" };
  if (drawn === "box") {
    return { ...common, array: what, statistics: BOX_STATISTICS, index: 2, kind: "signed" };
  }
  const kind = SIGNED.has(statistic) ? "signed" : statistic === "zeros" ? "share" : "magnitude";
  return { ...common, array: what, statistics: [statistic], index: 0, kind };
}

function toggled(set: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(key)) next.add(key);
  return next;
}

const layersOf = new WeakMap<Store, Layers>();

/** The choices of the tab over a store; the same object everywhere. */
export function layers(store: Store): Layers {
  let one = layersOf.get(store);
  if (one === undefined) {
    one = new Layers(store);
    layersOf.set(store, one);
  }
  return one;
}
