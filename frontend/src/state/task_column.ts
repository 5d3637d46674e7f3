/**
 * Why this file: which task each sample belongs to, as a column to colour, find and filter by. Small, because it is there from
 * the start; the rows are asked for by `task_rows.ts`, which is fetched where a run has tasks.
 */
import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { Client } from "../data/client";
import type { Samples } from "../data/types";
import type { ColumnData } from "../query/columns";
import type { Store } from "./store";

/** Name of the column. The user's own of this name comes first. */
export const TASK_COLUMN = "task";

const NO_NAMES: readonly string[] = [];

export class TaskColumn {
  /** Of the tasks, in their order; the same list while they are the same. None where the samples have such a column. */
  readonly names: ReadonlySignal<readonly string[]>;
  /** Rows of the tasks whose rows are here, by name. */
  readonly rows = signal<ReadonlyMap<string, Int32Array>>(new Map());
  /** Whether the rows can be had: pages that are files leave them out, and then there is no such column. */
  readonly offered = signal(true);

  constructor(data: Store["data"]) {
    let held = NO_NAMES;
    this.names = computed(() => {
      const own = data.samples.value?.columns?.some(({ name }) => name === TASK_COLUMN) ?? false;
      const none = own || !this.offered.value;
      const now = none ? NO_NAMES : (data.index.value?.tasks ?? []).map(({ name }) => name);
      const same = now.length === held.length && now.every((name, k) => name === held[k]);
      if (!same) held = now;
      return held;
    });
  }

  /** The task of each sample, the first of several; `null` until the rows are here. */
  column(samples: Samples): ColumnData | null {
    const [names, rows] = [this.names.value, this.rows.value];
    if (names.some((name) => !rows.has(name))) return null;
    const codes = new Int32Array(samples.ids.length).fill(-1);
    for (let k = names.length - 1; k >= 0; k--) {
      for (const row of rows.get(names[k] as string) ?? []) if (row < codes.length) codes[row] = k;
    }
    return { kind: "category", codes, values: names };
  }
}

/** Fetches the rows where a run has tasks; the returned function stops it. */
export function startTaskColumn(store: Store, client: Client): () => void {
  const { tasks } = store.explore.columns;
  tasks.offered.value = client.answers("task");
  let stopRows = () => {};
  let stopped = false;
  let run = "";
  const stop = effect(() => {
    const now = store.view.run.value;
    if (now !== run) {
      run = now;
      untracked(() => {
        tasks.rows.value = new Map();
      });
    }
    if (tasks.names.value.length === 0 || stopped) return;
    import("./task_rows").then(
      ({ followTaskRows }) => {
        stopRows();
        if (!stopped) stopRows = followTaskRows(store);
      },
      (error: unknown) => console.error(error),
    );
  });
  return () => {
    stopped = true;
    stop();
    stopRows();
  };
}
