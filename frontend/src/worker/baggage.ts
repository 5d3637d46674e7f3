/** Why this file: what a worker has to be told of a run to look through it, as far as it can be told. */
import type { ColumnData, Schema } from "../query/columns";
import type { Search } from "../query/plan";
import { type EpochArrays, needed, type RunFacts } from "./epoch_columns";
import type { Baggage } from "./searcher";

/**
 * What goes with a search; `null`: only the page can do it, because columns depend on more than their epoch, or are texts,
 * which are found as quickly as they are sent.
 *
 * @param arraysOf what is known of the epoch that a key names.
 */
export function baggageOf(
  { kind, query, columns, alone, count, epochs }: Search,
  schema: Schema,
  run: RunFacts,
  arraysOf: (key: string) => EpochArrays,
): Baggage | null {
  if (!alone) return null;
  const timed: string[] = [];
  const fixed: Record<string, ColumnData> = {};
  for (const name of columns) {
    if (schema.find(name)?.timed) timed.push(name);
    else {
      const data = epochs[0]?.rows.column(name);
      if (data?.kind === "text") return null;
      if (data) fixed[name] = data;
    }
  }
  const names = needed(timed);
  const question = { kind, query, infos: schema.columns, count, run, fixed };
  return names && { question, names, arraysOf };
}
