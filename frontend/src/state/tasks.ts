/**
 * Why this file: tasks that followed each other, as far as they are measured: one column of numbers a task, what was forgotten
 * and passed on, and where each old task was lost.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import {
  type Accuracies,
  type AccuracyMatrix,
  accuracyMatrix,
  firstFrom,
  type Loss,
  type Transfer,
  transfer,
  whatWasLost,
} from "../analysis/forgetting";
import { type HealthSeries, type TaskInfo, taskMeasureOf } from "../data/health_types";
import { health } from "./health";
import { type HealthView, healthView, NETWORK } from "./health_view";
import type { Store } from "./store";

export type TaskMeasure =
  | "accuracy"
  | "probe_accuracy"
  | "separation"
  | "agreement"
  | "gap"
  | "similarity"
  | "drift";

/** A measure of every task. */
export interface TaskColumns {
  readonly steps: Int32Array;
  /** One a task, in the order of the tasks; `null`: it was not measured. */
  readonly columns: readonly (Float32Array | null)[];
}

/** The steps of a task that has begun; the last one's end is the run's. `last` < `first`: the next one began at once. */
export interface Span {
  readonly first: number;
  readonly last: number;
  /** Another task has begun since. */
  readonly over: boolean;
}

export interface Figures extends Transfer {
  readonly matrix: AccuracyMatrix;
  /** The network was logged before the first task, which is what forward transfer is counted from; without, it is not known. */
  readonly untrained: boolean;
}

/** What became of a task since its end. */
export interface Fate {
  readonly task: number;
  readonly end: Accuracies;
  readonly now: Accuracies;
  readonly loss: Loss;
}

class Tasks {
  readonly measure = signal<TaskMeasure>("accuracy");
  /** Number of the task since whose end crossings are counted; `null`: the last one that is over. */
  readonly sinceWish = signal<number | null>(null);
  readonly all: ReadonlySignal<readonly TaskInfo[]>;
  /** One a task; `null`: it has not begun. */
  readonly spans: ReadonlySignal<readonly (Span | null)[]>;
  readonly shown: ReadonlySignal<TaskColumns | null>;
  readonly figures: ReadonlySignal<Figures | null>;
  readonly fates: ReadonlySignal<readonly Fate[]>;
  /** Number of the task since whose end crossings are counted; -1: none is over. */
  readonly since: ReadonlySignal<number>;
  private readonly view: HealthView;

  constructor(store: Store) {
    this.view = healthView(store);
    this.all = health(store).tasks;
    this.spans = computed(() => spansOf(this.all.value, this.lastStep()));
    this.shown = computed(() => this.columns(this.measure.value));
    this.figures = computed(() => {
      const found = this.columns("accuracy");
      const begins = this.spans.value.flatMap((span) => (span === null ? [] : [span.first]));
      if (found === null || begins.length === 0) return null;
      return figuresOf(found, begins);
    });
    this.fates = computed(() => this.findFates());
    this.since = computed(() => {
      const over = this.spans.value.flatMap((span, k) => (span?.over ? [k] : []));
      const wish = this.sinceWish.value;
      return wish !== null && over.includes(wish) ? wish : (over.at(-1) ?? -1);
    });
  }

  /** A measure of every task: of the whole network's predictions, or of the layer in detail. */
  columns(measure: TaskMeasure): TaskColumns | null {
    const layer = measure === "accuracy" ? NETWORK : this.view.detail.value;
    const series = this.view.series.value.get(layer);
    if (series === undefined || !series.taskMeasures.includes(measure)) return null;
    return {
      steps: series.steps,
      columns: this.all.value.map(({ name }) => columnOf(series, measure, name)),
    };
  }

  private lastStep(): number {
    const ends = [...this.view.series.value.values()].map(({ steps }) => steps.at(-1) ?? Number.NaN);
    return Math.max(...ends.filter((step) => !Number.isNaN(step)));
  }

  private findFates(): Fate[] {
    const [accuracy, probe] = [this.columns("accuracy"), this.columns("probe_accuracy")];
    return this.spans.value.flatMap((span, task) => {
      if (span === null || !span.over) return [];
      const pick = (t: "end" | "now"): Accuracies => ({
        accuracy: numberAt(accuracy, task, span.first, t === "end" ? span.last : Number.POSITIVE_INFINITY),
        probe: numberAt(probe, task, span.first, t === "end" ? span.last : Number.POSITIVE_INFINITY),
      });
      const [end, now] = [pick("end"), pick("now")];
      return [{ task, end, now, loss: whatWasLost(end, now) }];
    });
  }
}

function columnOf(series: HealthSeries, measure: string, name: string): Float32Array | null {
  return taskMeasureOf(series, measure, series.tasks.indexOf(name));
}

/** A task's number at the last of the steps `first` to `last`; NaN: none of them was measured. */
export function numberAt(found: TaskColumns | null, task: number, first: number, last: number): number {
  if (found === null) return Number.NaN;
  const at = firstFrom(found.steps, last + 1) - 1;
  return (found.steps[at] ?? Number.NEGATIVE_INFINITY) < first
    ? Number.NaN
    : (found.columns[task]?.[at] ?? Number.NaN);
}

/** Steps of each task: up to the one before the next begins. */
export function spansOf(tasks: readonly TaskInfo[], lastStep: number): (Span | null)[] {
  return tasks.map(({ step }, k) => {
    if (step === null) return null;
    const next = tasks.slice(k + 1).find((task) => task.step !== null)?.step ?? null;
    return { first: step, last: next === null ? Math.max(step, lastStep) : next - 1, over: next !== null };
  });
}

/** Average accuracy, forgetting and transfer; without the untrained network forward transfer is NaN. */
export function figuresOf({ steps, columns }: TaskColumns, begins: readonly number[]): Figures {
  const values = columns.map((column) => column ?? new Float32Array(steps.length).fill(Number.NaN));
  const matrix = accuracyMatrix(steps, values, begins);
  const before = firstFrom(steps, begins[0] ?? Number.NEGATIVE_INFINITY) - 1;
  const untrained = before >= 0 && values.some((column) => Number.isFinite(column[before]));
  // Chance would flatter it: what the inputs alone tell of the classes would count as passed on.
  const baseline = values.map((column) => (untrained ? (column[before] ?? Number.NaN) : Number.NaN));
  return { ...transfer(matrix, baseline), matrix, untrained };
}

const tasksOf = new WeakMap<Store, Tasks>();

/** The tasks of a store's run; the same object everywhere. */
export function tasks(store: Store): Tasks {
  let one = tasksOf.get(store);
  if (one === undefined) {
    one = new Tasks(store);
    tasksOf.set(store, one);
  }
  return one;
}
