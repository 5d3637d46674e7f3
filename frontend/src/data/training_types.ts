/** Why this file: the training log as docs/http_api.md has it: layers, filters and answers over the clock. Types only. */

/** One tensor. */
export interface LayerInfo {
  readonly name: string;
  /** Path of the module that owns it. */
  readonly module: string;
  readonly kind: "parameter" | "buffer";
  readonly shape: readonly number[];
  readonly trainable: boolean;
  /** Output filters, neurons or rows; 0 for biases and the like. */
  readonly filters: number;
  readonly aliases: readonly string[];
}

/** A module, and which layers lie in it and below it: [start, stop). */
export interface NodeInfo {
  readonly path: string;
  readonly start: number;
  readonly stop: number;
}

/** Rows of the log in which the model had the same parameters. */
export interface Stretch {
  readonly rows: number;
  readonly first_step: number;
  readonly last_step: number;
  readonly first_time: number;
  readonly last_time: number;
  readonly skipped: readonly (readonly [name: string, why: string])[];
  /** Parameter groups with a learning rate of their own. */
  readonly learning_rates: number;
  readonly layers: readonly LayerInfo[];
  readonly nodes: readonly NodeInfo[];
}

/** Samples whose answers are logged: "probe", or "outcomes" of a set that the script logs itself. */
export interface AnswerSet {
  readonly name: string;
  readonly version: string;
  readonly count: number;
  readonly labelled: boolean;
  readonly classes: readonly string[];
  /** On the clock, ascending. */
  readonly steps: readonly number[];
}

export interface TrainingIndex {
  readonly run: string;
  /** Changes whenever anything of the log does. */
  readonly v: string;
  readonly parameters: {
    readonly statistics: readonly string[];
    readonly bands: readonly number[];
    readonly stretches: readonly Stretch[];
  } | null;
  readonly answers: readonly AnswerSet[];
  /** Tags of the run's ordinary scalars. */
  readonly scalars: readonly string[];
}

/** Places in time of the edges between B buckets, all of length B + 1. */
export interface Edges {
  /** Numbers of rows. */
  readonly edges: Int32Array;
  /** Training steps. */
  readonly steps: Int32Array;
  /** On the clock, which is that of the maps. */
  readonly times: Float64Array;
}

export interface Series extends Edges {
  readonly buckets: number;
  readonly places: number;
  /** [statistics, buckets, 3 (least, mean, greatest), places]; NaN: none. */
  readonly values: Float32Array;
}

export interface FilterTile extends Edges {
  readonly buckets: number;
  readonly filters: number;
  /** [buckets, filters]: the largest change of the bucket, see `changeOf`. */
  readonly codes: Uint16Array;
}

export interface Answers {
  /** [samples], -1 for none. */
  readonly labels: Int32Array;
  /** Samples of each class. */
  readonly size: Int32Array;
  /** [snapshots, classes], 0 .. 254 for an error of 0 .. 1; 255: not seen. */
  readonly error: Uint8Array;
  /** Error of all samples, [snapshots]. */
  readonly whole: Float32Array;
  /** Classes, like ones beside each other. */
  readonly order: Int32Array;
  /** [classes], the least error first. */
  readonly cluster: Int32Array;
  /** [snapshots, clusters] */
  readonly clusterError: Float32Array;
  readonly clusters: number;
}

/** Changes between right and wrong, in order of (snapshot, sample). */
export interface FlipEvents {
  /** The first snapshot with the new state. */
  readonly snapshot: Uint16Array;
  readonly class: Uint16Array;
  /** Snapshots in the old state before, and in the new one from here on; at least 1. */
  readonly before: Uint16Array;
  readonly after: Uint16Array;
}

/** What was answered to each image of a class. */
export interface ClassHistory {
  /** [images], their samples in the set, like histories beside each other. */
  readonly rows: Int32Array;
  readonly ids: readonly (string | number)[];
  /** [snapshots, images]; 65535: not seen. */
  readonly answers: Uint16Array;
}

export interface TopFilters {
  readonly rows: readonly number[];
  readonly steps: readonly number[];
  readonly times: readonly number[];
  readonly filters: readonly {
    readonly layer: number;
    readonly name: string;
    readonly filter: number;
    readonly change: readonly (number | null)[];
    /** Among the most changed at every pin. */
    readonly every: boolean;
    readonly score: readonly (number | null)[];
    readonly p: number | null;
    readonly q: number | null;
  }[];
  readonly floor: number | null;
}

export interface TrainingFinding {
  /** Layer, or module after the last layer. */
  readonly place: number;
  readonly name: string;
  readonly array: string;
  readonly statistic: string | null;
  readonly kind: string;
  readonly first_row: number;
  readonly last_row: number;
  readonly step: number;
  readonly time: number;
  readonly sentence: string;
}

export interface Matrix {
  readonly classes: readonly number[];
  readonly layers: readonly number[];
  /** [layers, classes], distinct filters; pairs of an anomaly and a filter; their p and its adjustment. */
  readonly count: readonly (readonly number[])[];
  readonly marks: readonly (readonly number[])[];
  readonly p: readonly (readonly number[])[];
  readonly q: readonly (readonly number[])[];
  /** Anomalous snapshots of each class. */
  readonly anomalies: Readonly<Record<string, readonly number[]>>;
  readonly detail: {
    readonly sets: readonly {
      readonly layer: number;
      readonly filters: readonly number[];
      readonly snapshots: readonly number[];
      readonly weight: number;
    }[];
    readonly count: readonly (readonly number[])[];
    readonly q: readonly (readonly number[])[];
    readonly marks: readonly (readonly number[])[];
  } | null;
}

export interface ScalarSeries {
  /** On the clock. */
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}
