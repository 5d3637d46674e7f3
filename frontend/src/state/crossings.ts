/** Why this file: which samples are predicted otherwise than at the end of a task: who crossed which boundary. */
import type { TaskInfo } from "../data/health_types";
import { UNKNOWN_CLASS } from "../data/types";
import type { Store } from "./store";
import type { Span } from "./tasks";

/** Samples that went from one predicted class to another. */
export interface Crossing {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly number[];
  /** How many of them were right before. */
  readonly lost: number;
}

/**
 * Who is predicted otherwise, those with the most right answers lost first, then the largest.
 *
 * @param before predictions at the end of the task. @param rows samples that are looked at; `null`: all.
 */
export function crossings(
  before: Uint16Array,
  now: Uint16Array,
  labels: Int32Array,
  rows: readonly number[] | null,
): Crossing[] {
  const found = new Map<string, { from: number; to: number; rows: number[]; lost: number }>();
  const count = Math.min(before.length, now.length);
  for (const row of rows ?? Array(count).keys()) {
    const [from, to] = [before[row] ?? UNKNOWN_CLASS, now[row] ?? UNKNOWN_CLASS];
    if (from === to || from === UNKNOWN_CLASS || to === UNKNOWN_CLASS) continue;
    const key = `${from} ${to}`;
    const crossing = found.get(key) ?? { from, to, rows: [], lost: 0 };
    crossing.rows.push(row);
    if (labels[row] === from) crossing.lost += 1;
    found.set(key, crossing);
  }
  return [...found.values()].sort(
    (p, q) => q.lost - p.lost || q.rows.length - p.rows.length || p.from - q.from,
  );
}

/** Rows of the samples of the tasks up to number `last`, ascending. @param known rows of the tasks whose rows are here. */
export function rowsOfTasks(
  tasks: readonly TaskInfo[],
  last: number,
  labels: Int32Array,
  known: ReadonlyMap<string, Int32Array>,
): readonly number[] {
  const rows = new Set<number>();
  for (const { name, classes } of tasks.slice(0, last + 1)) {
    const own = known.get(name);
    // Until the task's own rows are here its classes stand for them.
    if (own !== undefined) for (const row of own) rows.add(row);
    else for (const [row, label] of labels.entries()) if (classes.includes(label)) rows.add(row);
  }
  return [...rows].sort((p, q) => p - q);
}

export interface CrossingsNow {
  /** Steps that are compared. */
  readonly before: number;
  readonly now: number;
  readonly all: readonly Crossing[];
  /** Samples whose predictions are known at both steps. */
  readonly of: number;
  /** Samples that were looked at and of which one is not known. */
  readonly unknown: number;
}

/** What crossed between the last map of a task and the one shown; a sentence why that cannot be said. */
export function crossingsNow(
  store: Store,
  task: Span,
  rowsOf: (labels: Int32Array) => readonly number[],
): CrossingsNow | string {
  const { explore, derived, data } = store;
  const steps = derived.steps.value;
  const [samples, now] = [data.samples.value, derived.nearestFrame.value];
  // What arrives later is looked for again.
  void [explore.snapshots.arrivals.value, data.buffered.value];
  const before = steps.findLastIndex((step) => step <= task.last);
  if (samples === null || now < 0) return "There is no map to compare with.";
  if (before < 0 || (steps[before] as number) < task.first) return "There is no map of the end of this task.";
  if (now <= before) return "Go to a time after the end of this task to see who crossed since.";
  const [then, later] = [
    explore.columns.momentAt(before).prediction,
    explore.columns.momentAt(now).prediction,
  ];
  if (then === undefined || later === undefined) return "The predictions are on their way.";
  const rows = rowsOf(samples.labels);
  const of = rows.filter((row) => isKnown(then[row]) && isKnown(later[row])).length;
  if (of === 0 && rows.length > 0) return "Predictions are not known.";
  return {
    before: steps[before] as number,
    now: steps[now] as number,
    all: crossings(then, later, samples.labels, rows),
    of,
    unknown: rows.length - of,
  };
}

function isKnown(prediction: number | undefined): boolean {
  return prediction !== undefined && prediction !== UNKNOWN_CLASS;
}
