/**
 * Why this file: the columns that one epoch's arrays alone decide. The page and its worker compute them by the same
 * functions, and `needed` says which arrays have to travel for it.
 */
import { movement } from "../analysis/movement";
import { FLAG_HELD_OUT, type FrameData, UNKNOWN_CLASS } from "../data/types";
import { type Bytes, type ColumnData, FLAG_VALUES, type Numbers, SHARE_STEPS } from "../query/columns";

/** Code of a flag that is neither false nor true. */
const NO_FLAG = 2;

/** What is known of an epoch, one entry a sample; absent: not on the client, or not asked for. */
export interface EpochArrays {
  /** By the map, or by what the model said. */
  readonly prediction?: Uint16Array;
  readonly confidence?: Uint8Array;
  /** By what the model said. */
  readonly said?: Uint16Array;
  readonly runnerUp?: Uint16Array;
  readonly margin?: Uint8Array;
  readonly entropy?: Uint8Array;
  readonly loss?: Float32Array;
  /** By what the run so far made of the labels. */
  readonly labelQuality?: Float32Array;
  /** By the map. */
  readonly kept?: Uint8Array;
  readonly flags?: Uint8Array;
  readonly frame?: FrameData;
  /** Of the epoch before. */
  readonly before?: FrameData;
}

/** What is the same at all epochs. */
export interface RunFacts {
  readonly labels: Int32Array;
  readonly classes: readonly string[];
}

/** Bytes as shares, which are made only when somebody reads them. */
class Shares {
  readonly kind = "number";
  readonly quantum = 1 / SHARE_STEPS;
  private made: Float64Array | null = null;

  constructor(readonly bytes: Bytes) {}

  get values(): Float64Array {
    this.made ??= this.make();
    return this.made;
  }

  private make(): Float64Array {
    const { of, predictions } = this.bytes;
    const values = new Float64Array(of.length);
    for (let i = 0; i < of.length; i++) {
      values[i] = predictions?.[i] === UNKNOWN_CLASS ? Number.NaN : (of[i] as number) / SHARE_STEPS;
    }
    return values;
  }
}

export function numbers(values: Numbers, quantum = 0): ColumnData {
  return { kind: "number", values, quantum };
}

export function noNumbers(count: number): ColumnData {
  return numbers(new Float32Array(count).fill(Number.NaN));
}

/** Whether each prediction is the label. */
function correctness(predictions: Uint16Array, labels: Int32Array): ColumnData {
  const codes = new Uint8Array(labels.length);
  for (let i = 0; i < codes.length; i++) {
    const [label, prediction] = [labels[i] as number, predictions[i]];
    codes[i] = label < 0 || prediction === UNKNOWN_CLASS ? NO_FLAG : prediction === label ? 1 : 0;
  }
  return { kind: "category", codes, values: FLAG_VALUES };
}

function heldOut(flags: Uint8Array): ColumnData {
  const codes = new Uint8Array(flags.length);
  for (let i = 0; i < codes.length; i++) codes[i] = ((flags[i] as number) & FLAG_HELD_OUT) === 0 ? 0 : 1;
  return { kind: "category", codes, values: FLAG_VALUES };
}

interface Maker {
  /** Arrays without which there is no column. */
  readonly needs: readonly (keyof EpochArrays)[];
  readonly make: (arrays: Required<EpochArrays>, run: RunFacts) => ColumnData;
  /** Taken along where it is known. */
  readonly also?: keyof EpochArrays;
}

const MAKERS: Readonly<Record<string, Maker>> = {
  pred: {
    needs: ["prediction"],
    make: ({ prediction }, { classes }) => ({ kind: "category", codes: prediction, values: classes }),
  },
  conf: {
    needs: ["confidence"],
    also: "prediction",
    make: ({ confidence, prediction }) => new Shares({ of: confidence, predictions: prediction }),
  },
  margin: {
    needs: ["margin", "said"],
    make: ({ margin, said }) => new Shares({ of: margin, predictions: said }),
  },
  entropy: {
    needs: ["entropy", "said"],
    make: ({ entropy, said }) => new Shares({ of: entropy, predictions: said }),
  },
  loss: { needs: ["loss"], make: ({ loss }) => numbers(loss) },
  label_quality: { needs: ["labelQuality"], make: ({ labelQuality }) => numbers(labelQuality) },
  runner_up: {
    needs: ["runnerUp"],
    make: ({ runnerUp }, { classes }) => ({ kind: "category", codes: runnerUp, values: classes }),
  },
  correct: {
    needs: ["prediction"],
    make: ({ prediction }, { labels }) => correctness(prediction, labels),
  },
  kept: { needs: ["kept"], make: ({ kept }) => new Shares({ of: kept, predictions: undefined }) },
  held_out: { needs: ["flags"], make: ({ flags }) => heldOut(flags) },
  moved: { needs: ["frame", "before"], make: ({ frame, before }) => numbers(movement(before, frame)) },
};

/** Whether a column is made here. */
export function isEpochColumn(name: string): boolean {
  return name in MAKERS;
}

/** A column of an epoch; `null`: what it is made from is not here, or it is none of these columns. */
export function epochColumn(name: string, arrays: EpochArrays, run: RunFacts): ColumnData | null {
  const maker = MAKERS[name];
  if (maker === undefined || maker.needs.some((array) => arrays[array] === undefined)) return null;
  return maker.make(arrays as Required<EpochArrays>, run);
}

/** The arrays that columns are made from; `null`: one of them is not decided by its epoch alone. */
export function needed(columns: Iterable<string>): readonly (keyof EpochArrays)[] | null {
  const names = new Set<keyof EpochArrays>();
  for (const column of columns) {
    const maker = MAKERS[column];
    if (maker === undefined) return null;
    for (const name of maker.needs) names.add(name);
    if (maker.also !== undefined) names.add(maker.also);
  }
  return [...names];
}
