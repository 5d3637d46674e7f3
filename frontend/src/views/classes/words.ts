/** What the tab Classes says in words: of an anomaly, of a class, of a sample, at a time. */
import type { Anomaly } from "../../analysis/anomalies";
import type { ClassHistory } from "../../data/training_types";
import { UNKNOWN_CLASS } from "../../data/types";
import { type ClassLog, classNameOf, errorAt, lastError } from "../../state/class_log";
import { count, percent, plural } from "../../ui/format";

/** "epoch 7", of the clock. */
export function timeWords(unit: string, step: number | undefined): string {
  return `${unit} ${step?.toLocaleString("en-US") ?? "?"}`;
}

/** Of one rule at one snapshot. @param of "'cat'"; "" for all samples. */
export function markWords(
  when: string,
  rule: "left" | "right",
  flipped: number,
  size: number,
  of: string,
  k: number,
): string {
  const who = `${when}: ${count(flipped)} of ${plural(size, "sample")}${of === "" ? "" : ` of ${of}`} flipped`;
  if (k === 1) return `${who} at once`;
  return rule === "left"
    ? `${who} after at least ${k} snapshots without a change`
    : `${who}, and then did not change for at least ${k} snapshots`;
}

/** "(left rule)", by what an anomaly is one. At k = 1 both rules are the same. */
export function ruleWords({ left, right }: Anomaly, k: number): string {
  if (k === 1) return "(at once)";
  if (left > 0 && right > 0) return "(both rules)";
  return left > 0 ? "(left rule)" : "(right rule)";
}

/** "34 %"; "not seen". */
export function errorWords(error: number): string {
  return Number.isNaN(error) ? "not seen" : percent(error);
}

/** What a class's errors were like. */
export function classFacts(log: ClassLog, index: number, unit: string): string {
  let best = -1;
  for (let t = 0; t < log.snapshots; t++) {
    const error = errorAt(log, index, t);
    if (!Number.isNaN(error) && (best < 0 || error < errorAt(log, index, best))) best = t;
  }
  const size = plural(log.answers.size[index] ?? 0, "sample");
  const name = `'${classNameOf(log.set, index)}', ${size}`;
  if (best < 0) return `${name}: never seen.`;
  const least = `${percent(errorAt(log, index, best))} at ${timeWords(unit, log.steps[best])}`;
  return `${name}: error ${percent(lastError(log, index))} now, least ${least}.`;
}

/** Snapshot nearest to a time; -1 without any. */
export function nearestSnapshot(steps: readonly number[], time: number): number {
  let best = -1;
  for (let t = 0; t < steps.length; t++) {
    const apart = Math.abs((steps[t] as number) - time);
    if (best < 0 || apart < Math.abs((steps[best] as number) - time)) best = t;
  }
  return best;
}

/** How a sample was learned: Toneva et al., ICLR 2019, over the snapshots that it was seen at. */
function learningOf(history: ClassHistory, sample: number, label: number) {
  const n = history.rows.length;
  let [seen, right, forgotten, first, before] = [0, 0, 0, -1, false];
  for (let t = 0; t * n < history.answers.length; t++) {
    const answer = history.answers[t * n + sample] as number;
    if (answer === UNKNOWN_CLASS) continue;
    const now = answer === label;
    seen += 1;
    right += Number(now);
    if (before && !now) forgotten += 1;
    if (now && first < 0) first = t;
    before = now;
  }
  return { seen, right, forgotten, first };
}

/** "right at 12 of 20 snapshots, first at epoch 3, forgotten twice" */
export function learningWords(
  history: ClassHistory,
  sample: number,
  label: number,
  steps: readonly number[],
  unit: string,
): string {
  const { seen, right, forgotten, first } = learningOf(history, sample, label);
  if (seen === 0) return "never seen";
  if (first < 0) return `never right at ${plural(seen, "snapshot")}`;
  const lost = forgotten === 0 ? "never forgotten" : `forgotten ${plural(forgotten, "time")}`;
  return `right at ${right} of ${plural(seen, "snapshot")}, first at ${timeWords(unit, steps[first])}, ${lost}`;
}
