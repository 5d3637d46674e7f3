/** The command that draws the maps which a run lacks, for whoever reads that some are missing. */
import type { Store } from "../../state/store";

const DEFAULT_METHOD = "hidden";

/** What a shell takes as one word without quotes. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** `hidden project RUN` for the run in view, with the method in view; `null` for a joint map, which is of more than one run or layer. */
export function projectCommand(store: Store): string | null {
  const { run, method } = store.view;
  if (method.value.endsWith("+joint")) return null;
  const logdir = (store.data.runs.value?.logdir ?? "").replace(/\/+$/, "");
  const folder = logdir === "" ? run.value : `${logdir}/${run.value}`;
  const words = method.value === "" || method.value === DEFAULT_METHOD ? [] : ["--method", method.value];
  return ["hidden project", ...words, PLAIN.test(folder) ? folder : quoted(folder)].join(" ");
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
