/**
 * Why this file: what was forgotten and what was passed on from task to task, in the numbers that papers on continual learning
 * compare; the same definitions as `geometry/forgetting.py`. NaN is "not known": means are over what is.
 */

/** R: row i is the accuracy on every task at the end of task i, in the order in which they were learned. */
export type AccuracyMatrix = readonly Float64Array[];

/** Shares of 1; NaN where one is not defined. */
export interface Transfer {
  /** Mean accuracy over the tasks learned, at the end of the last. */
  readonly averageAccuracy: number;
  /** Mean over all of them but the last of `forgotten`; 0: nothing was lost. */
  readonly forgetting: number;
  /** Mean over all but the last of the accuracy now less that right after the task; negative: what came later did harm. */
  readonly backward: number;
  /** Mean over all but the first of the accuracy right before the task less that without training. */
  readonly forward: number;
  /** Each task's best accuracy at the end of an earlier task less that now; NaN for the last. */
  readonly forgotten: Float64Array;
}

/** Index of the first step that is not below `bound`. */
export function firstFrom(steps: ArrayLike<number>, bound: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The accuracies at the end of each task that has begun: at the last step before the next one began, or the last of all.
 *
 * @param steps ascending.
 * @param columns the accuracy on each of K tasks, one number a step.
 * @param begins the first step of each task that has begun, ascending.
 */
export function accuracyMatrix(
  steps: ArrayLike<number>,
  columns: readonly ArrayLike<number>[],
  begins: readonly number[],
): AccuracyMatrix {
  // The untrained network, logged before the first task began, is the end of none.
  return begins.map((begin, task) => {
    const after = firstFrom(steps, begins[task + 1] ?? Number.POSITIVE_INFINITY);
    const row = new Float64Array(columns.length).fill(Number.NaN);
    if (after > firstFrom(steps, begin)) {
      for (const [k, column] of columns.entries()) row[k] = column[after - 1] ?? Number.NaN;
    }
    return row;
  });
}

/**
 * With R[i][j] the accuracy on task j at the end of task i, and T tasks learned so far, counted from 1:
 *
 * - average accuracy: mean over j of R[T][j] (Lopez-Paz & Ranzato 2017, eq. 2),
 * - forgetting: mean over j < T of max over i < T of R[i][j] − R[T][j] (Chaudhry et al. 2018, eq. 2 and 3),
 * - backward transfer: mean over j < T of R[T][j] − R[j][j] (Lopez-Paz & Ranzato 2017, eq. 3),
 * - forward transfer: mean over j > 1 of R[j − 1][j] − b[j] (eq. 4).
 *
 * @param untrained b, the accuracy on each task without training.
 */
export function transfer(matrix: AccuracyMatrix, untrained: ArrayLike<number>): Transfer {
  const learned = matrix.length;
  const at = (i: number, j: number) => matrix[i]?.[j] ?? Number.NaN;
  const forgotten = new Float64Array(learned).fill(Number.NaN);
  for (let j = 0; j + 1 < learned; j++) {
    const before = matrix.slice(0, -1).map((row) => row[j] ?? Number.NaN);
    forgotten[j] = most(before) - at(learned - 1, j);
  }
  const tasks = [...Array(learned).keys()];
  return {
    averageAccuracy: mean(tasks.map((j) => at(learned - 1, j))),
    forgetting: mean(forgotten),
    backward: mean(tasks.slice(0, -1).map((j) => at(learned - 1, j) - at(j, j))),
    forward: mean(tasks.slice(1).map((j) => at(j - 1, j) - (untrained[j] ?? Number.NaN))),
    forgotten,
  };
}

function most(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : Math.max(...known);
}

function mean(values: ArrayLike<number>): number {
  const known = Array.from(values).filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Where an old task was lost: the classifier on top of the layer, or the layer itself. */
export type Loss = "kept" | "head" | "representation" | "both" | "unknown";

/** Accuracy that may be lost before it is called forgetting. */
const SLACK = 0.1;
/** Shares of the lost accuracy that a linear probe lost, too: below the first it is the head's, above the second the layer's. */
const HEADS = 0.25;
const LAYERS = 0.6;

/** Accuracies of a task, shares of 1. */
export interface Accuracies {
  readonly accuracy: number;
  /** Of a linear classifier that was fitted to the layer as it is. */
  readonly probe: number;
}

/** Compares an old task now with how it was at its end. */
export function whatWasLost(end: Accuracies, now: Accuracies): Loss {
  const lost = end.accuracy - now.accuracy;
  if (Number.isNaN(lost)) return "unknown";
  if (lost < SLACK) return "kept";
  const share = (end.probe - now.probe) / lost;
  if (Number.isNaN(share)) return "unknown";
  if (share < HEADS) return "head";
  return share > LAYERS ? "representation" : "both";
}
