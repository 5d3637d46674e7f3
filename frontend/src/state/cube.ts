/**
 * Why this file: what the tab Cube shows beyond what all tabs of the training log share: which layout, which layers are open to
 * their mini-sets, which cell is in focus, and the question that its matrix answers.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { MatrixQuery } from "../data/training_client";
import { logChange, NO_CHANGE, UNKNOWN_CHANGE } from "../data/training_codec";
import type { Edges, FilterTile, Matrix } from "../data/training_types";
import { type Held, hold } from "./class_log";
import { classesView } from "./classes";
import { browserKeep } from "./saved_selections";
import type { Store } from "./store";
import { training, type Window } from "./training";

export type Layout = "cube" | "flat";

/** A view this narrow, in CSS pixels, has no room for three faces. */
export const NARROW = 860;
/** Filters that count as anomalous at each row, as published. */
const TOP_COUNT = 10;
const LAYOUT_KEY = "hidden.cube.layout.v1";

/** Layer, by its number in the stretch, and class. */
export interface Cell {
  readonly layer: number;
  readonly class: number;
}

export class CubeView {
  private readonly keep = browserKeep();
  private readonly wish = signal<Layout | null>(readLayout(this.keep.get(LAYOUT_KEY)));
  /** CSS pixels; 0: not known yet. */
  readonly width = signal(0);
  readonly layout: ReadonlySignal<Layout>;
  /** All layers are open. */
  readonly allOpen = signal(false);
  /** Layers that are open to their mini-sets. */
  readonly open = signal<ReadonlySet<number>>(new Set());
  /** What somebody last chose; `null`: nothing. */
  readonly focus = signal<Cell | null>(null);
  /** Whether any layer is open. */
  readonly detailed: ReadonlySignal<boolean>;
  /** What the matrix is asked for; `null`: there is nothing to ask about, or not yet. */
  readonly question: ReadonlySignal<MatrixQuery | null>;
  /** Layers by classes. */
  readonly matrix: Held<Matrix>;

  constructor(store: Store) {
    const state = training(store);
    const classes = classesView(store);
    state.onSubject(() => {
      this.focus.value = null;
      this.open.value = new Set();
    });
    this.layout = computed(() => {
      const width = this.width.value;
      return this.wish.value ?? (width > 0 && width < NARROW ? "flat" : "cube");
    });
    this.detailed = computed(() => this.allOpen.value || this.open.value.size > 0);
    this.question = computed(() => {
      const set = state.set.value;
      // The threshold is known with the sizes of the classes.
      if (classes.log.value.value === null || set?.labelled !== true || state.stretch.value === null)
        return null;
      return {
        stretch: state.stretchNumber.value,
        set: set.name,
        k: classes.k.value,
        threshold: classes.threshold.value,
        count: TOP_COUNT,
        detail: this.detailed.value,
      };
    });
    this.matrix = hold(() => {
      const [log, question] = [state.log.value, this.question.value];
      if (log === null || question === null) return null;
      const answer = state.ask(log, `matrix ${JSON.stringify(question)}`, (client, signal) =>
        client.matrix(question, signal),
      );
      return { subject: `${log.index.run} ${question.set} ${question.stretch}`, answer };
    });
  }

  isOpen(layer: number): boolean {
    return this.allOpen.value || this.open.value.has(layer);
  }

  /** Opens a layer to its mini-sets, or closes it. @param all layers that are shown. */
  toggle(layer: number, all: readonly number[]): void {
    const open = new Set(this.allOpen.peek() ? all : this.open.peek());
    if (!open.delete(layer)) open.add(layer);
    this.allOpen.value = false;
    this.open.value = open;
  }

  toggleAll(): void {
    this.allOpen.value = !this.detailed.peek();
    this.open.value = new Set();
  }

  /** Remembered in this browser. */
  choose(layout: Layout): void {
    this.wish.value = layout;
    this.keep.set(LAYOUT_KEY, layout);
  }
}

function readLayout(kept: string | null): Layout | null {
  return kept === "cube" || kept === "flat" ? kept : null;
}

/** Anomalous snapshots of each column's class. */
export function columnAnomalies({
  classes,
  anomalies,
}: Pick<Matrix, "classes" | "anomalies">): readonly (readonly number[])[] {
  return classes.map((one) => anomalies[String(one)] ?? []);
}

/** A column of changes over time: binary logarithms, NaN where there is none, -Infinity where nothing changed. */
export interface Changes extends Pick<Edges, "edges" | "times"> {
  readonly values: Float32Array;
}

/** The largest change of some filters, or of all, in each bucket. */
export function largestChange(tile: FilterTile, filters: readonly number[] | null = null): Changes {
  const { buckets, codes, edges, times } = tile;
  const values = new Float32Array(buckets);
  for (let b = 0; b < buckets; b++) {
    let most = -1;
    const take = (filter: number) => {
      const code = codes[b * tile.filters + filter] as number;
      if (code !== UNKNOWN_CHANGE && code > most) most = code;
    };
    if (filters === null) for (let f = 0; f < tile.filters; f++) take(f);
    else for (const filter of filters) take(filter);
    values[b] = most < NO_CHANGE ? Number.NaN : logChange(most);
  }
  return { values, edges, times };
}

/** Rows of a log. */
export interface Rows {
  readonly start: number;
  readonly stop: number;
}

/** Less of the clock than this is shown: more detail is worth asking for. */
const WORTH_ASKING = 0.6;

/**
 * Rows to ask for when a piece of the clock is shown, rounded outwards to a grid, so that small moves ask nothing new.
 * `null`: all of them.
 */
export function rowsOf({ edges, times }: Pick<Edges, "edges" | "times">, { from, to }: Window): Rows | null {
  const buckets = edges.length - 1;
  const [least, last] = [edges[0] ?? 0, edges[buckets] ?? 0];
  let first = 0;
  while (first < buckets - 1 && (times[first + 1] as number) <= from) first += 1;
  let end = first + 1;
  while (end < buckets && (times[end] as number) < to) end += 1;
  const [start, stop] = [edges[first] ?? 0, edges[Math.min(end, buckets)] ?? 0];
  const rows = last - least;
  if (rows === 0 || stop - start > WORTH_ASKING * rows) return null;
  const grid = 2 ** Math.floor(Math.log2(Math.max(1, (stop - start) / 2)));
  return {
    start: Math.max(least, Math.floor(start / grid) * grid),
    stop: Math.min(last, Math.ceil(stop / grid) * grid),
  };
}

const cubeOf = new WeakMap<Store, CubeView>();

/** The cube over a store; the same object everywhere. */
export function cubeView(store: Store): CubeView {
  let one = cubeOf.get(store);
  if (one === undefined) {
    one = new CubeView(store);
    cubeOf.set(store, one);
  }
  return one;
}
