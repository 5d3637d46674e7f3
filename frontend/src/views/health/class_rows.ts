/** Why this file: what is known of each class at one time, in the order of what is worst. Pure. */
import { nearestIndex } from "../../charts/value_axis";
import { type ClassHealth, classValueAt, gapsFrom } from "../../data/health_types";
import type { ClassOrder } from "../../state/health_view";

export interface ClassRow {
  readonly index: number;
  readonly name: string;
  readonly separation: number;
  readonly agreement: number;
  readonly accuracy: number;
  /** Number of the class whose centre is nearest; -1: not known. */
  readonly nearest: number;
}

/** Whether a measure of a class was known at any time. */
function everKnown(health: ClassHealth, measure: string, index: number): boolean {
  for (let t = health.steps.length - 1; t >= 0; t--) {
    if (Number.isFinite(classValueAt(health, measure, index, t))) return true;
  }
  return false;
}

/** One row a class that the layer has any number of. */
export function classRows(
  layer: ClassHealth,
  outcomes: ClassHealth | null,
  names: readonly string[],
  time: number,
): ClassRow[] {
  const rows: ClassRow[] = [];
  const now = nearestIndex(layer.steps, time);
  const then = outcomes === null ? -1 : nearestIndex(outcomes.steps, time);
  if (now < 0) return rows;
  for (let index = 0; index < layer.classes; index++) {
    const nearest = classValueAt(layer, "nearest", index, now);
    const row = {
      index,
      name: names[index] ?? String(index),
      separation: classValueAt(layer, "separation", index, now),
      agreement: classValueAt(layer, "agreement", index, now),
      accuracy: outcomes === null || then < 0 ? Number.NaN : classValueAt(outcomes, "accuracy", index, then),
      nearest: Number.isNaN(nearest) ? -1 : nearest,
    };
    const known = [row.separation, row.agreement, row.accuracy].some((value) => !Number.isNaN(value));
    if (known || everKnown(layer, "separation", index)) rows.push(row);
  }
  return rows;
}

/** The worst first; what is not known comes last. */
export function ordered(rows: readonly ClassRow[], by: ClassOrder): ClassRow[] {
  if (by === "name") return rows.toSorted((p, q) => p.index - q.index);
  const key = (row: ClassRow) => (Number.isNaN(row[by]) ? Number.POSITIVE_INFINITY : row[by]);
  return rows.toSorted((p, q) => (key(p) === key(q) ? p.index - q.index : key(p) - key(q)));
}

export interface Pair {
  readonly a: number;
  readonly b: number;
  readonly gap: number;
}

/** Pairs of classes at a snapshot, the nearest first. */
export function pairsAt(health: ClassHealth, snapshot: number): Pair[] {
  const { gaps, classes } = health;
  const pairs: Pair[] = [];
  const at = snapshot - gapsFrom(health);
  if (gaps === null || at < 0) return pairs;
  for (let a = 0; a < classes; a++) {
    for (let b = a + 1; b < classes; b++) {
      const gap = gaps[(at * classes + a) * classes + b] as number;
      if (!Number.isNaN(gap)) pairs.push({ a, b, gap });
    }
  }
  return pairs.sort((p, q) => p.gap - q.gap);
}

/** Rows of the samples with one of some labels. */
export function rowsOfClasses(labels: Int32Array | undefined, classes: readonly number[]): number[] {
  if (labels === undefined) return [];
  return [...labels.keys()].filter((row) => classes.includes(labels[row] as number));
}
