/** Why this file: which columns a run has, and one line about each, for whoever types a query. */

import { ROLES } from "../analysis/roles";
import type { SampleColumn, Samples } from "../data/types";
import { type ColumnInfo, FLAG_VALUES, Schema } from "../query/columns";

type Brief = Pick<ColumnInfo, "name" | "kind" | "says"> & Partial<ColumnInfo>;

function info(brief: Brief): ColumnInfo {
  return { values: [], flag: false, timed: false, carried: false, absent: "", ...brief };
}

/** The user's own columns of these names come first: logs may have them, because the names were not always reserved. */
export const YIELDING: readonly string[] = ["runner_up", "label_quality", "learned_at"];

/** What cannot be had in this run. Each is a sentence, or "" when it can. */
export interface Absences {
  readonly outcomes: string;
  readonly labelQuality: string;
}

function builtIn(
  samples: Samples,
  classes: readonly string[],
  choosing: boolean,
  absent: Absences,
): ColumnInfo[] {
  const timed = { timed: true };
  const carried = { timed: true, carried: true };
  const flag = { kind: "category", values: FLAG_VALUES, flag: true } as const;
  const outcome = (name: string) => ({
    ...timed,
    absent: absent.outcomes === "" ? "" : `There is no ${name} here. ${absent.outcomes}`,
  });
  const noText = samples.texts === null ? "This run's samples have no texts." : "";
  const noRole = choosing
    ? ""
    : "This run chooses no samples: log them with writer.add_hidden(step, selected=ids).";
  return [
    info({
      name: "pred",
      kind: "category",
      values: classes,
      ...timed,
      says: "class that the model predicts",
    }),
    info({ name: "label", kind: "category", values: classes, says: "class that it is labelled as" }),
    info({ name: "correct", ...flag, ...timed, says: "prediction is the label" }),
    info({ name: "conf", kind: "number", ...timed, says: "probability of the prediction, 0 to 1" }),
    info({
      name: "margin",
      kind: "number",
      ...outcome("margin"),
      says: "conf less that of the second class",
    }),
    info({ name: "entropy", kind: "number", ...outcome("entropy"), says: "of the probabilities, 0 to 1" }),
    info({ name: "loss", kind: "number", ...outcome("loss"), says: "cross-entropy against the label" }),
    info({
      name: "runner_up",
      kind: "category",
      values: classes,
      ...outcome("runner_up"),
      says: "second most probable class",
    }),
    info({ name: "flips", kind: "number", ...carried, says: "changes of the prediction so far" }),
    info({ name: "forgotten", kind: "number", ...carried, says: "times it went from right to wrong so far" }),
    info({ name: "learned_at", kind: "number", ...carried, says: "epoch from which on it has been right" }),
    info({
      name: "label_quality",
      kind: "number",
      ...timed,
      absent: absent.labelQuality === "" ? "" : `The labels cannot be judged. ${absent.labelQuality}`,
      says: "how far the run so far bears the label out, 0 to 1: low is suspicious",
    }),
    info({
      name: "moved",
      kind: "number",
      ...carried,
      says: "way in the map since the frame before, in radii",
    }),
    info({ name: "kept", kind: "number", ...timed, says: "share of its neighbours that the map keeps" }),
    info({ name: "held_out", ...flag, ...timed, says: "not used to make the map" }),
    info({
      name: "role",
      kind: "category",
      values: ROLES,
      ...timed,
      carried: true,
      absent: noRole,
      says: "pool, new or used in active learning",
    }),
    info({ name: "selected", ...flag, carried: true, says: "in the selection" }),
    info({ name: "id", kind: "text", says: "as the probe names it" }),
    info({ name: "text", kind: "text", absent: noText, says: "what the sample says" }),
  ];
}

function described(column: SampleColumn): ColumnInfo {
  const { name } = column;
  if (column.kind === "number") return info({ name, kind: "number", says: "from the samples' metadata" });
  const flag =
    column.kind === "category" &&
    column.values.length > 0 &&
    column.values.every((value) => FLAG_VALUES.includes(value));
  return info({
    name,
    kind: column.kind,
    values: column.values,
    flag,
    says: name === "original_label" ? "label before it was changed" : "from the samples' metadata",
  });
}

/**
 * Every column of a run; the user's own come last and hide a built-in one only where that yields.
 *
 * @param choosing the run logs which samples were chosen for labelling.
 * @param tasks names of the tasks that samples belong to; none where the user's own column says it.
 */
export function schemaOf(
  samples: Samples,
  classes: readonly string[],
  choosing: boolean,
  absent: Absences,
  tasks: readonly string[] = [],
): Schema {
  const own = (samples.columns ?? []).map(described);
  const names = new Set(own.map(({ name }) => name));
  const builtIns = builtIn(samples, classes, choosing, absent).filter(
    ({ name }) => !(YIELDING.includes(name) && names.has(name)),
  );
  const says = "task of continual learning that it belongs to";
  const task = tasks.length === 0 ? [] : [info({ name: "task", kind: "category", values: tasks, says })];
  return new Schema([...builtIns, ...task, ...own]);
}
