/**
 * Why this file: the values of every column at every epoch, from what is on the client. One signal a column follows the
 * epoch shown and nothing else, so that colouring by one column or asking for two computes no third.
 */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Moment } from "../analysis/events";
import { movement } from "../analysis/movement";
import { PredictionHistory } from "../analysis/prediction_history";
import { ROLES, roles } from "../analysis/roles";
import { FLAG_HELD_OUT, type FrameData, type SampleColumn, type Samples, UNKNOWN_CLASS } from "../data/types";
import { type ColumnData, FLAG_VALUES, type Numbers, type RowSource } from "../query/columns";
import type { Snapshots } from "./snapshots";
import type { Store } from "./store";

/** Probabilities and shares are stored in bytes. */
const BYTE = 255;
/** Code of a flag that is neither false nor true. */
const NO_FLAG = 2;

function numbers(values: Numbers, quantum = 0): ColumnData {
  return { kind: "number", values, quantum };
}

/** Bytes as shares; none where the prediction that they belong to is not known. */
function shares(bytes: Uint8Array, predictions?: Uint16Array): ColumnData {
  const n = bytes.length;
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) values[i] = (bytes[i] as number) / BYTE;
  if (predictions !== undefined) {
    for (let i = 0; i < n; i++) if (predictions[i] === UNKNOWN_CLASS) values[i] = Number.NaN;
  }
  return numbers(values, 1 / BYTE);
}

function noNumbers(count: number): ColumnData {
  return numbers(new Float32Array(count).fill(Number.NaN));
}

/** Whether each prediction is the label. */
function correctness(predictions: Uint16Array, labels: Int32Array): ColumnData {
  const codes = new Uint8Array(labels.length);
  for (let i = 0; i < codes.length; i++) {
    const judged = (labels[i] as number) >= 0 && predictions[i] !== UNKNOWN_CLASS;
    codes[i] = judged ? Number(predictions[i] === labels[i]) : NO_FLAG;
  }
  return { kind: "category", codes, values: FLAG_VALUES };
}

function heldOut(flags: Uint8Array): ColumnData {
  const codes = new Uint8Array(flags.length);
  for (let i = 0; i < codes.length; i++) codes[i] = ((flags[i] as number) & FLAG_HELD_OUT) === 0 ? 0 : 1;
  return { kind: "category", codes, values: FLAG_VALUES };
}

function metadata(column: SampleColumn): ColumnData {
  return column.kind === "number" ? numbers(column.numbers) : column;
}

export class RunColumns {
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
    this.here = computed(() => {
      const i = store.derived.nearestFrame.value;
      void [snapshots.arrivals.value, store.data.buffered.value];
      return `${this.frame(i) !== undefined} ${snapshots.outcomesAt(i) !== undefined}`;
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
    const frame = this.frame(i);
    const outcomes = this.snapshots.outcomesAt(i);
    const classes = derived.classes.value;
    const predictions = this.predictions(i);
    switch (name) {
      case "id":
        return { kind: "text", values: samples.ids };
      case "text":
        return samples.texts && { kind: "text", values: samples.texts };
      case "label":
        return { kind: "category", codes: samples.labels, values: classes };
      case "pred":
        return predictions === undefined ? null : { kind: "category", codes: predictions, values: classes };
      case "conf": {
        const confidence = frame?.confidence ?? outcomes?.confidence;
        return confidence === undefined ? null : shares(confidence, predictions);
      }
      case "margin":
      case "entropy":
        return outcomes === undefined ? null : shares(outcomes[name], outcomes.prediction);
      case "loss":
        return outcomes === undefined ? null : numbers(outcomes.loss);
      case "correct":
        return predictions === undefined ? null : correctness(predictions, samples.labels);
      case "flips":
      case "forgotten":
      case "learned":
        return predictions === undefined ? null : this.historical(name, samples, i);
      case "moved":
        return this.moved(i);
      case "kept": {
        if (frame === undefined) return null;
        const measured = derived.frames.value?.faithfulness.neighbours?.[i] != null;
        return measured ? shares(frame.kept) : noNumbers(frame.count);
      }
      case "held_out":
        return frame === undefined ? null : heldOut(frame.flags);
      case "role":
        return this.role(samples, i);
      case "selected": {
        const mask = this.selectedMask.value ?? new Uint8Array(samples.ids.length);
        return { kind: "category", codes: mask, values: FLAG_VALUES };
      }
    }
    const own = samples.columns?.find((column) => column.name === name);
    if (own !== undefined) return metadata(own);
    if (name === "runner_up" && outcomes !== undefined) {
      return { kind: "category", codes: outcomes.runnerUp, values: classes };
    }
    return null;
  }

  private historical(name: "flips" | "forgotten" | "learned", samples: Samples, i: number): ColumnData {
    const counted = this.predictionHistory(samples).at(i)[name];
    const values = new Float64Array(counted);
    if (name !== "learned") return numbers(values);
    // The counters name frames; people name steps.
    const steps = this.store.derived.steps.value;
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

  private moved(i: number): ColumnData | null {
    void this.snapshots.arrivals.value;
    const frame = this.frame(i);
    if (frame === undefined) return null;
    if (i === 0) return noNumbers(frame.count);
    const before = this.frame(i - 1);
    return before === undefined ? null : numbers(movement(before, frame));
  }

  private role(samples: Samples, i: number): ColumnData | null {
    void this.snapshots.arrivals.value;
    const chosen = this.snapshots.chosenUntil(this.store.derived.steps.value[i] ?? 0);
    return chosen && { kind: "category", codes: roles(samples.ids.length, chosen), values: ROLES };
  }
}
