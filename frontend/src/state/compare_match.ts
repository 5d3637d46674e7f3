/** Why this file: samples of two runs are the same where their ids are, classes where their names are, and time is steps. */
import { type RunIndex, type Samples, UNKNOWN_CLASS } from "../data/types";
import type { PanelSpec } from "./compare";
import type { Matching } from "./compare_align";
import { settingsOf } from "./derived";
import { locate, nearest, type Position } from "./locate";
import { rowOf } from "./selection";

/** How a run's samples are those of panel A. */
export interface SampleMatch extends Matching {
  readonly common: number;
  /** Samples of A that the run lacks. */
  readonly lacking: number;
  /** Samples of the run that A lacks, which are not drawn. */
  readonly left: number;
}

/** Matches samples by their ids. */
export function matchSamples(
  own: Samples,
  other: Samples,
  ownClasses: readonly string[],
  otherClasses: readonly string[],
): SampleMatch {
  const classes = matchClasses(ownClasses, otherClasses);
  const n = own.ids.length;
  if (own === other || (n === other.ids.length && own.ids.every((id, i) => id === other.ids[i]))) {
    return { rows: null, classes, common: n, lacking: 0, left: 0 };
  }
  const rowsOf = rowOf(other);
  const rows = Int32Array.from(own.ids, (id) => rowsOf.get(id) ?? -1);
  const common = rows.reduce((sum, row) => sum + Number(row >= 0), 0);
  return { rows, classes, common, lacking: n - common, left: other.ids.length - common };
}

function matchClasses(own: readonly string[], other: readonly string[]): Uint16Array | null {
  if (other.every((name, i) => name === own[i])) return null;
  return Uint16Array.from(other, (name) => {
    const at = own.indexOf(name);
    return at < 0 ? UNKNOWN_CLASS : at;
  });
}

/** The other run's labels on A's rows and in A's classes. */
export function matchLabels({ rows, classes }: Matching, labels: Int32Array): Int32Array {
  const count = rows?.length ?? labels.length;
  return Int32Array.from({ length: count }, (_, i) => {
    const label = labels[rows === null ? i : (rows[i] as number)] ?? -1;
    const known = label < 0 || classes === null ? label : (classes[label] ?? UNKNOWN_CLASS);
    return known === UNKNOWN_CLASS ? -1 : known;
  });
}

/**
 * Where in its own frames a run is when panel A is at `clock`: between the same two steps where it has both, else at its
 * true frame nearest in steps, because a place made up between frames far apart would be taken for data.
 */
export function followClock(
  steps: readonly number[],
  ownSteps: readonly number[],
  clock: Position | null,
  time: number,
): Position | null {
  const there = locate(steps, time);
  if (there === null || clock === null) return there;
  const [a, b] = [steps.indexOf(ownSteps[clock.a] as number), steps.indexOf(ownSteps[clock.b] as number)];
  if (a >= 0 && b >= 0 && b - a <= 1) return { a, b, mix: clock.mix };
  const i = nearest(there);
  return { a: i, b: i, mix: 0 };
}

/** The newest step that both have, as indices into each; of runs that share none, the newest and what is nearest to it. */
export function reference(
  own: readonly number[],
  other: readonly number[],
): readonly [number, number] | null {
  for (let i = own.length - 1; i >= 0; i--) {
    const j = other.indexOf(own[i] as number);
    if (j >= 0) return [i, j];
  }
  const there = locate(other, own.at(-1) ?? 0);
  return own.length === 0 || there === null ? null : [own.length - 1, nearest(there)];
}

function jointMembers(index: RunIndex | null, { layer, method }: PanelSpec): string | null {
  const frames = index?.layers.find((one) => one.name === layer)?.frames[method] ?? null;
  const joint = frames === null ? null : settingsOf(frames, frames.steps.length - 1).joint;
  return typeof joint === "string" ? joint : null;
}

/** Whether two maps were drawn as one: over these runs for one layer, or over these layers of one run. */
export function drawnTogether(
  own: PanelSpec,
  ownIndex: RunIndex | null,
  other: PanelSpec,
  otherIndex: RunIndex | null,
): boolean {
  const members = jointMembers(ownIndex, own);
  if (members === null || own.method !== other.method || members !== jointMembers(otherIndex, other))
    return false;
  if (own.run !== other.run) return own.layer === other.layer && namesBoth(members, own.run, other.run);
  return namesBoth(members, own.layer, other.layer);
}

function namesBoth(members: string, p: string, q: string): boolean {
  const names = new Set(members.split(", "));
  return names.has(p) && names.has(q);
}
