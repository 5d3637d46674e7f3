/** Why this file: the rows of every task of the run, for the column that says which task a sample belongs to. */
import { effect } from "@preact/signals";
import { health } from "./health";
import type { Store } from "./store";

/** Hands on what arrives; the returned function stops it. */
export function followTaskRows(store: Store): () => void {
  const { tasks } = store.explore.columns;
  return effect(() => {
    const found = new Map<string, Int32Array>();
    for (const name of tasks.names.value) {
      const answer = health(store).taskRows(name)?.value;
      if (answer?.kind === "ready") found.set(name, answer.value);
    }
    tasks.rows.value = found;
  });
}
