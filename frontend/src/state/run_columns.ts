/**
 * Why this file: the values of every column at every epoch, from what is on the client. One signal a column follows the
 * epoch shown and nothing else, so that colouring by one column or asking for two computes no third.
 */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Moment } from "../analysis/events";
import { PredictionHistory } from "../analysis/prediction_history";
import { ROLES, roles } from "../analysis/roles";
import type { FrameData, SampleColumn, Samples } from "../data/types";
import { type ColumnData, FLAG_VALUES, type RowSource } from "../query/columns";
import { type EpochArrays, epochColumn, isEpochColumn, noNumbers, numbers } from "../worker/epoch_columns";
import { YIELDING } from "./column_info";
import type { Snapshots } from "./snapshots";
import type { Store } from "./store";
import { TASK_COLUMN, TaskColumn } from "./task_column";

function metadata(column: SampleColumn): ColumnData {
  return column.kind === "number" ? numbers(column.numbers) : column;
}

export class RunColumns {
  readonly tasks: TaskColumn;
  private readonly now = new Map<string, ReadonlySignal<ColumnData | null>>();
  /** Changes when what belongs to the epoch shown arrives. */
  private readonly here: ReadonlySignal<string>;
  private history: { readonly of: PredictionHistory; keys: readonly string[]; samples: Samples } | null =
    null;
  private counted = new Set<number>();

  constructor(
    private readonly store: Pick<Store, "data" | "derived" | "cache">,
    private readonly snapshots: Snapshots,
    private readonly selectedMask: ReadonlySignal<Uint8Array | null>,
  ) {
    this.tasks = new TaskColumn(store.data);
    this.here = computed(() => {
      const i = store.derived.nearestFrame.value;
      void [snapshots.arrivals.value, store.data.buffered.value];
      const here = [this.frame(i), snapshots.outcomesAt(i), snapshots.labelQualityAt(i)];
      return here.map((one) => one !== undefined).join();
    });
  }

  /** A column at the epoch shown; `null` while it is not on the client. */
  column(name: string): ReadonlySignal<ColumnData | null> {
    let column = this.now.get(name);
    if (column === undefined) {
      column = computed(() => {
        void this.here.value;
        return this.columnAt(name, this.store.derived.nearestFrame.value);
      });
      this.now.set(name, column);
    }
    return column;
  }

  /** All columns at the epoch shown. */
  rowsNow(samples: Samples): RowSource {
    return { count: samples.ids.length, column: (name) => this.column(name).value };
  }

  /** All columns at frame `i`, each computed once. */
  rowsAt(samples: Samples, i: number): RowSource {
    const known = new Map<string, ColumnData | null>();
    const column = (name: string) => {
      const data = known.has(name) ? (known.get(name) ?? null) : this.columnAt(name, i);
      known.set(name, data);
      return data;
    };
    return { count: samples.ids.length, column };
  }

  /** Frames whose predictions are on the client. */
  loaded(): number[] {
    void this.snapshots.arrivals.value;
    const all = [...this.store.derived.keys.value.keys()];
    return all.filter((i) => this.predictions(i) !== undefined);
  }

  /** What is known of frame `i` without going through it. */
  momentAt(i: number): Moment {
    const frame = this.frame(i);
    const outcomes = this.snapshots.outcomesAt(i);
    return {
      frame,
      prediction: frame?.prediction ?? outcomes?.prediction,
      confidence: frame?.confidence ?? outcomes?.confidence,
    };
  }

  private frame(i: number): FrameData | undefined {
    const key = this.store.derived.keys.value[i];
    return key === undefined ? undefined : this.store.cache.peekFrame(key);
  }

  private predictions(i: number): Uint16Array | undefined {
    return this.frame(i)?.prediction ?? this.snapshots.outcomesAt(i)?.prediction;
  }

  private columnAt(name: string, i: number): ColumnData | null {
    const { data, derived } = this.store;
    const samples = data.samples.value;
    if (samples === null) return null;
    const classes = derived.classes.value;
    switch (name) {
      case "id":
        return { kind: "text", values: samples.ids };
      case "text":
        return samples.texts && { kind: "text", values: samples.texts };
      case "label":
        return { kind: "category", codes: samples.labels, values: classes };
      case "flips":
      case "forgotten":
      case "learned_at":
        return this.predictions(i) === undefined ? null : this.historical(name, samples, i);
      case "moved":
        // The frame before may arrive later.
        void this.snapshots.arrivals.value;
        break;
      case "role":
        return this.role(samples, i);
      case "selected": {
        const mask = this.selectedMask.value ?? new Uint8Array(samples.ids.length);
        return { kind: "category", codes: mask, values: FLAG_VALUES };
      }
    }
    const own = samples.columns?.find((column) => column.name === name);
    if (own !== undefined && (YIELDING.includes(name) || !isEpochColumn(name))) return metadata(own);
    if (name === TASK_COLUMN) return this.tasks.column(samples);
    const arrays = this.arraysAt(i);
    if (arrays.frame !== undefined && this.never(name, i)) return noNumbers(arrays.frame.count);
    return epochColumn(name, arrays, { labels: samples.labels, classes });
  }

  /** What an epoch's own columns are made from, as far as it is on the client. */
  private arraysAt(i: number): EpochArrays {
    const frame = this.frame(i);
    const outcomes = this.snapshots.outcomesAt(i);
    const before = i === 0 ? undefined : this.frame(i - 1);
    const labelQuality = this.snapshots.labelQualityAt(i);
    return {
      ...(outcomes !== undefined && { said: outcomes.prediction, ...outcomes }),
      ...(labelQuality !== undefined && { labelQuality }),
      ...frame,
      ...(frame !== undefined && { frame }),
      ...(before !== undefined && { before }),
    };
  }

  /** The same of the frame that a key names. */
  arraysOf(key: string): EpochArrays {
    return this.arraysAt(this.store.derived.keys.peek().indexOf(key));
  }

  /** Whether a column of the map has no values at a frame, whatever arrives. */
  private never(name: string, i: number): boolean {
    if (name === "kept") return this.store.derived.frames.value?.faithfulness.neighbours?.[i] == null;
    return name === "moved" && i === 0;
  }

  private historical(name: "flips" | "forgotten" | "learned_at", samples: Samples, i: number): ColumnData {
    const counters = this.predictionHistory(samples).at(i);
    if (name !== "learned_at") return numbers(new Float32Array(counters[name]));
    const counted = counters.learnedAt;
    // The counters name frames; people name steps.
    const steps = this.store.derived.steps.value;
    const values = new Float64Array(counted.length);
    for (let row = 0; row < values.length; row++) values[row] = steps[counted[row] as number] ?? Number.NaN;
    return numbers(values);
  }

  private predictionHistory(samples: Samples): PredictionHistory {
    const loaded = this.loaded();
    const keys = this.store.derived.keys.value;
    const same = this.history?.samples === samples && this.history.keys.every((key, k) => key === keys[k]);
    if (this.history === null || !same) {
      const of = new PredictionHistory(samples.labels, keys.length, (frame) => this.predictions(frame));
      this.history = { of, keys, samples };
      this.counted = new Set(loaded);
      return of;
    }
    this.history.keys = keys;
    const first = loaded.find((frame) => !this.counted.has(frame));
    if (first !== undefined) this.history.of.arrived(first);
    for (const frame of loaded) this.counted.add(frame);
    return this.history.of;
  }

  private role(samples: Samples, i: number): ColumnData | null {
    void this.snapshots.arrivals.value;
    const chosen = this.snapshots.chosenUntil(this.store.derived.steps.value[i] ?? 0);
    return chosen && { kind: "category", codes: roles(samples.ids.length, chosen), values: ROLES };
  }
}
