/**
 * Why this file: what a run's log says of its health, as the routes answer it: alerts and tasks (in the index), and the
 * measures of a layer over its snapshots. NaN, in the lists of numbers, is "undefined", never "zero".
 */

/** How bad an alert is. */
export type Severity = "info" | "warning" | "error";

/** From the mildest to the worst. */
export const SEVERITIES: readonly Severity[] = ["info", "warning", "error"];

/** A rule found something wrong. */
export interface AlertInfo {
  /** Names this alert for ever. */
  readonly version: string;
  /** The step at which it was known. */
  readonly step: number;
  /** Name of the rule, as "collapse". */
  readonly rule: string;
  readonly severity: Severity;
  /** "" for the whole network. */
  readonly layer: string;
  /** What was measured, as "separation". */
  readonly measure: string;
  /** What it came to; `null` where that is no finite number. */
  readonly value: number | null;
  /** What it was compared with, as the best so far. */
  readonly reference: number | null;
  /** What it had to pass for the rule to fire. */
  readonly limit: number | null;
  /** The first step at which it had passed it. */
  readonly since: number;
  /** What happened, for people. */
  readonly sentence: string;
  /** Numbers of the classes concerned: none, one, or the two of a pair. */
  readonly classes: readonly number[];
  /** Name of the task concerned; "" for none. */
  readonly task: string;
  /** Rows of the probe that show it best, the worst first. */
  readonly samples: readonly number[];
  /** Seconds since 1970. */
  readonly wall_time: number;
}

/** A task of continual learning, in the order in which they are learned. */
export interface TaskInfo {
  readonly name: string;
  /** The first step of the task; `null`: it has not begun. */
  readonly step: number | null;
  readonly version: string;
  /** Samples of the probe that belong to it. */
  readonly count: number;
  /** Numbers of the classes of these samples. */
  readonly classes: readonly number[];
}

/** The newest that was measured of a layer, and at how many steps it was. */
export interface HealthInfo {
  readonly version: string;
  readonly steps: number;
}

/** What was measured of one layer, or of the whole network (layer ""), at every snapshot. T steps, ascending. */
export interface HealthSeries {
  readonly steps: Int32Array;
  /** Names of the M measures. */
  readonly measures: readonly string[];
  /** [M, T] */
  readonly values: Float32Array;
  /** Learning rate, the largest of the optimizer's groups. [T] */
  readonly rates: Float32Array;
  /** Names of the K tasks; none when the run has no tasks. */
  readonly tasks: readonly string[];
  readonly taskMeasures: readonly string[];
  /** [measures of tasks, T, K] */
  readonly taskValues: Float32Array;
}

/** What was measured of the C classes of one layer. T steps, ascending. */
export interface ClassHealth {
  readonly steps: Int32Array;
  /** Names of the measures, as "separation", "nearest", "agreement"; of layer "" "accuracy". */
  readonly measures: readonly string[];
  readonly classes: number;
  /** [measures, T, C] */
  readonly values: Float32Array;
  /**
   * [S, C, C], of the newest S of the T steps (`gapsFrom`), symmetric, NaN on the diagonal; `null`: not stored, because classes
   * are too many.
   */
  readonly gaps: Float32Array | null;
}

/** One measure of a layer, one number a step; `null`: it was not measured. */
export function measureOf(health: HealthSeries, measure: string): Float32Array | null {
  const at = health.measures.indexOf(measure);
  const count = health.steps.length;
  return at < 0 ? null : health.values.subarray(at * count, (at + 1) * count);
}

/** One measure of task `k`, one number a step; `null`: it was not measured. */
export function taskMeasureOf(health: HealthSeries, measure: string, k: number): Float32Array | null {
  return column(
    health.taskValues,
    health.taskMeasures.indexOf(measure),
    health.steps.length,
    health.tasks.length,
    k,
  );
}

/** One measure of class `c`, one number a step; `null`: it was not measured. */
export function classMeasureOf(health: ClassHealth, measure: string, c: number): Float32Array | null {
  return column(health.values, health.measures.indexOf(measure), health.steps.length, health.classes, c);
}

/** The gap between two classes, one number a step; `null`: it was not stored. */
export function gapOf(health: ClassHealth, a: number, b: number): Float32Array | null {
  const { gaps, classes, steps } = health;
  if (gaps === null || Math.max(a, b) >= classes) return null;
  const from = gapsFrom(health);
  return Float32Array.from(steps, (_, t) =>
    t < from ? Number.NaN : (gaps[((t - from) * classes + a) * classes + b] as number),
  );
}

/** Number of the first step whose gaps are known: those of long ago are not told. */
export function gapsFrom({ gaps, classes, steps }: ClassHealth): number {
  return gaps === null || classes === 0 ? steps.length : steps.length - gaps.length / (classes * classes);
}

/** One measure of class `c` at step number `t`; NaN: it is not known. */
export function classValueAt(health: ClassHealth, measure: string, c: number, t: number): number {
  const at = health.measures.indexOf(measure);
  if (at < 0 || c >= health.classes) return Number.NaN;
  return health.values[(at * health.steps.length + t) * health.classes + c] ?? Number.NaN;
}

/** One measure of all classes, [T, C]; `null`: it was not measured. */
export function classBlockOf({ measures, values, steps, classes }: ClassHealth, measure: string) {
  const [at, size] = [measures.indexOf(measure), steps.length * classes];
  return at < 0 ? null : values.subarray(at * size, (at + 1) * size);
}

function column(
  values: Float32Array,
  measure: number,
  steps: number,
  width: number,
  at: number,
): Float32Array | null {
  if (measure < 0 || at < 0 || at >= width) return null;
  return Float32Array.from({ length: steps }, (_, t) => values[(measure * steps + t) * width + at] as number);
}
