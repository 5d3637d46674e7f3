/** The filter over the runs' names, as everywhere in TensorBoard: a regular expression, found anywhere, case ignored. */
import type { RunInfo } from "../../data/types";

/** The runs that match, and a sentence when the expression is not one; then nothing is filtered out. */
export interface Filtered {
  readonly runs: readonly RunInfo[];
  readonly problem: string | null;
}

/** Applies the expression. */
export function filterRuns(runs: readonly RunInfo[], expression: string): Filtered {
  if (expression === "") return { runs, problem: null };
  try {
    const pattern = new RegExp(expression, "i");
    return { runs: runs.filter((run) => pattern.test(run.name)), problem: null };
  } catch {
    return { runs, problem: "Not a valid regular expression, so all runs are shown." };
  }
}
