/** Why this file: one question to epochs that come one after the other, with nothing kept of them but its answer. */
import type { Query } from "../query/ast";
import { type ColumnData, type ColumnInfo, Schema } from "../query/columns";
import { compile, include, nothingYet, type Plan } from "../query/plan";
import { type EpochArrays, epochColumn, type RunFacts } from "./epoch_columns";

/** What is asked of every epoch; all of it can be sent to a worker. */
export interface Question {
  readonly kind: "ever" | "always";
  readonly query: Query;
  readonly infos: readonly ColumnInfo[];
  /** Samples. */
  readonly count: number;
  readonly run: RunFacts;
  /** Columns that no epoch changes. */
  readonly fixed: Readonly<Record<string, ColumnData>>;
}

export class OverEpochs {
  readonly mask: Uint8Array;
  private readonly plan: Plan;

  constructor(private readonly question: Question) {
    this.plan = compile(question.query, new Schema(question.infos));
    this.mask = nothingYet(question.kind, question.count);
  }

  add(arrays: EpochArrays): void {
    const { kind, count, run, fixed } = this.question;
    const column = (name: string) => fixed[name] ?? epochColumn(name, arrays, run);
    const now = { count, column };
    const alone = { now, epochs: () => [], keys: () => [], version: () => "" };
    include(kind, this.mask, this.plan.evaluate(alone).mask);
  }
}
