/** Why this file: the shapes that the routes of docs/http_api.md answer with, in one place, and nothing else. */
import type { AlertInfo, HealthInfo, TaskInfo } from "./health_types";

/** x0, y0, x1, y1 in the layout's own units. */
export type Bounds = readonly [number, number, number, number];

/** One run of the listing; `started` is in seconds since 1970. */
export interface RunInfo {
  readonly name: string;
  readonly started: number;
}

/** Answer of `runs`: newest run first. */
export interface RunsAnswer {
  readonly format: number;
  readonly version: string;
  readonly logdir: string;
  readonly runs: readonly RunInfo[];
}

/** Where a sample's picture lies in the sprite: row by row, `columns` tiles to a row. */
export interface ThumbnailsInfo {
  readonly tile_width: number;
  readonly tile_height: number;
  readonly columns: number;
}

/** The fixed sample that is looked at. `version` names one write of samples and thumbnails. */
export interface ProbeInfo {
  readonly version: string;
  readonly count: number;
  readonly classes: readonly string[];
  readonly thumbnails: ThumbnailsInfo | null;
  readonly texts: boolean;
  /** Pictures larger than a thumbnail can be asked for. */
  readonly images?: boolean;
  /** How the number of samples was chosen; `null` or absent: it was given. */
  readonly density?: ProbeDensity | null;
}

/** Relative density of subsets of the candidates: 1 is as dense as all of them. Sizes and densities ascend. */
export interface ProbeDensity {
  readonly layer: string;
  readonly candidates: number;
  readonly neighbour: number;
  readonly sizes: readonly number[];
  readonly relative: readonly number[];
  readonly knee: number;
  readonly published_ratio: number;
}

/** Numbers by measure name, one entry a frame; `null` where a number could not be computed. */
export type Faithfulness = Readonly<Record<string, readonly (number | null)[]>>;

/** Which classifier coloured the plane. `surrogate` was fitted to the model's outputs; `null`: no landscape. */
export type LandscapeKind = "linear" | "program" | "surrogate" | null;

/** What a method was run with, by the method's own names. */
export type Settings = Readonly<Record<string, unknown>>;

/** Every map that one method made of one layer. All lists have one entry a frame; steps ascend. */
export interface FramesIndex {
  /** Every distinct one that frames of this method were made with. */
  readonly settings: readonly Settings[];
  /** Index into `settings`. */
  readonly settings_of: readonly number[];
  readonly steps: readonly number[];
  readonly versions: readonly string[];
  readonly wall_times: readonly number[];
  readonly bounds: readonly Bounds[];
  readonly landscape: readonly LandscapeKind[];
  readonly reason: readonly string[];
  readonly seconds: readonly (number | null)[];
  readonly cpu_seconds: readonly (number | null)[];
  readonly faithfulness: Faithfulness;
}

/** One watched layer. The lists beside `steps` have one entry a snapshot. */
export interface LayerIndex {
  readonly name: string;
  /** `null` when only maps were logged, no activations. */
  readonly width: number | null;
  readonly head: "linear" | "program" | "none";
  /** Whether any of its snapshots has logits; older logs' servers do not say, and `null` is of older logs. */
  readonly logits?: boolean | null;
  /** Why the newest snapshot has no logits, as sentences; "" when it has, or when nobody knows. */
  readonly no_logits?: string;
  /** Why there are logits but no head of the network's own, as a sentence; else "". */
  readonly no_head?: string;
  readonly steps: readonly number[];
  /** Names one write of each snapshot; older logs' servers do not say. */
  readonly versions?: readonly string[];
  readonly wall_times: readonly number[];
  readonly accuracy: readonly (number | null)[];
  readonly nonfinite: readonly (number | null)[];
  readonly bytes: readonly (number | null)[];
  readonly capture_ms: readonly (number | null)[];
  readonly frames: Readonly<Record<string, FramesIndex>>;
}

/** What logging costs the training: bytes, milliseconds, and share of the time since the first snapshot. */
export interface CostInfo {
  readonly bytes_per_snapshot: number | null;
  readonly capture_ms: number | null;
  readonly share: number | null;
}

/** When samples were chosen for labelling. All lists have one entry a choice; steps ascend. */
export interface SelectedIndex {
  readonly steps: readonly number[];
  readonly versions: readonly string[];
  /** How many of the chosen samples are in the probe. */
  readonly counts: readonly number[];
  /** How many were chosen. */
  readonly totals: readonly number[];
}

/** Answer of `index?run=`. */
export interface RunIndex {
  readonly run: string;
  readonly format: number;
  readonly updated: number;
  readonly closed: boolean;
  readonly probe: ProbeInfo | null;
  readonly layers: readonly LayerIndex[];
  readonly cost: CostInfo | null;
  /** `null` or absent: the run chooses no samples. */
  readonly selected?: SelectedIndex | null;
  /** By step, ascending, then the worst first; absent: an older server or an exported page of one. */
  readonly alerts?: readonly AlertInfo[];
  readonly tasks?: readonly TaskInfo[];
  /** By layer; "" is the whole network. */
  readonly health?: Readonly<Record<string, HealthInfo>>;
  /** Why some records of the run could not be read; "" when all could. */
  readonly refused: string;
}

/** `prediction` of a sample whose class is not known. */
export const UNKNOWN_CLASS = 65535;
/** Bits of `flags`. */
export const FLAG_HELD_OUT = 1;
export const FLAG_NOT_PLACED = 2;

/** One decoded frame: one row a sample. */
export interface FrameData {
  readonly step: number;
  readonly count: number;
  /** What 0 and 65535 of `positions` mean. */
  readonly bounds: Bounds;
  /** x, y interleaved, length 2 * count. */
  readonly positions: Uint16Array;
  readonly prediction: Uint16Array;
  /** Softmax probability of the prediction * 255. */
  readonly confidence: Uint8Array;
  readonly flags: Uint8Array;
  /** Share of the sample's neighbours that the map keeps * 255. */
  readonly kept: Uint8Array;
}

/** One decoded landscape: `size` x `size` cells of class low byte, class high byte, confidence * 255, support * 255. */
export interface LandscapeData {
  readonly step: number;
  readonly size: number;
  /** Outer edges of the grid. */
  readonly bounds: Bounds;
  /** Row 0 is the lowest y, column 0 the lowest x. */
  readonly cells: Uint8Array;
  /** Entropy over its largest possible value * 255, one a cell in the same order. Absent: the log is from before there was any. */
  readonly entropy?: Uint8Array;
}

/** What the user's metadata says of each sample. Code -1 is none. */
export type SampleColumn = { readonly name: string } & (
  | { readonly kind: "category"; readonly values: readonly string[]; readonly codes: Int32Array }
  | { readonly kind: "number"; readonly numbers: Float64Array }
  | {
      readonly kind: "tags";
      readonly values: readonly string[];
      /** Codes of row i are `codes[offsets[i]]` up to `codes[offsets[i + 1]]`. */
      readonly offsets: Uint32Array;
      readonly codes: Int32Array;
    }
);

/** The probe's samples, in the order of the rows of every frame; label -1 is none. */
export interface Samples {
  readonly ids: readonly string[];
  readonly labels: Int32Array;
  readonly texts: readonly string[] | null;
  /** Absent: the log has no metadata. */
  readonly columns?: readonly SampleColumn[];
}

/** What the model said of each sample at one snapshot. Bytes are shares * 255. */
export interface Outcomes {
  readonly step: number;
  /** `UNKNOWN_CLASS` where it is not known. */
  readonly prediction: Uint16Array;
  /** The second most probable class; `UNKNOWN_CLASS`: there is none. */
  readonly runnerUp: Uint16Array;
  readonly confidence: Uint8Array;
  /** Probability of the prediction less that of the runner-up. */
  readonly margin: Uint8Array;
  /** Entropy of the probabilities over its largest possible value. */
  readonly entropy: Uint8Array;
  /** Cross-entropy against the label, nats; NaN without a label. */
  readonly loss: Float32Array;
}

/** What is known of a few samples at one snapshot, one entry a row that was asked for. */
export interface Details {
  /** Neighbours that were looked for. */
  readonly k: number;
  /** Rows of the nearest samples among the activations, the nearest first; empty where they are not finite. */
  readonly neighbours: readonly (readonly number[])[];
  readonly distances: readonly (readonly number[])[];
  /** The most probable classes, the most probable first; empty without logits. */
  readonly classes: readonly (readonly number[])[];
  readonly probabilities: readonly (readonly number[])[];
}
