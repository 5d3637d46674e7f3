/**
 * Why this file: a checked query, ready to be asked at any epoch. What cannot change from one epoch to the next is
 * computed once, and `ever` and `always` look at every epoch once, however often they are asked.
 */
import type { Query } from "./ast";
import { checkLeaf, columnsOf, type Test } from "./check";
import type { RowSource, Schema } from "./columns";
import { runLeaf } from "./leaves";

/** One epoch of the run. */
export interface Epoch {
  /** Names what was written for it, for ever. */
  readonly key: string;
  readonly rows: RowSource;
}

export interface Context {
  readonly now: RowSource;
  /** Epochs that are on the client; asked for by `ever` and `always` only. */
  readonly epochs: () => readonly Epoch[];
  /** Keys of all epochs of the run, on the client or not. */
  readonly keys: () => readonly string[];
  /** Differs whenever a column that depends on more than its epoch may have other values. */
  readonly version: () => string;
}

export interface Answer {
  /** 1 = found. */
  readonly mask: Uint8Array;
  /** Columns that were not on the client: their conditions found nothing. */
  readonly waiting: ReadonlySet<string>;
}

export interface Plan {
  /** Names of all columns that it reads. */
  readonly columns: ReadonlySet<string>;
  /** Whether it looks at other epochs than the one shown. */
  readonly wholeRun: boolean;
  /** Whether its answer changes with the epoch shown. */
  readonly timed: boolean;
  /** Whether it depends on epochs before the one shown, or on the selection. */
  readonly carried: boolean;
  evaluate(context: Context): Answer;
}

type Step = (context: Context, waiting: Set<string>) => Uint8Array;

interface Node {
  readonly step: Step;
  readonly timed: boolean;
  /** Reads columns whose values at an epoch may change later. */
  readonly carried: boolean;
  readonly wholeRun: boolean;
}

class Compiler {
  readonly columns = new Set<string>();

  constructor(private readonly schema: Schema) {}

  node(query: Query): Node {
    switch (query.kind) {
      case "and":
      case "or":
        return this.junction(
          query.kind,
          query.items.map((item) => this.node(item)),
        );
      case "not":
        return negation(this.node(query.item));
      case "ever":
      case "always":
        return overEpochs(query.kind, this.node(query.item));
      default:
        return this.leaf(checkLeaf(query, this.schema));
    }
  }

  private leaf(test: Test): Node {
    const names = columnsOf(test);
    const infos = names.map((name) => this.schema.find(name));
    for (const name of names) this.columns.add(name);
    const timed = infos.some((info) => info?.timed);
    const carried = infos.some((info) => info?.carried);
    const run: Step = ({ now }, waiting) => {
      const mask = runLeaf(test, now);
      if (mask !== null) return mask;
      for (const name of names) if (now.column(name) === null) waiting.add(name);
      return new Uint8Array(now.count);
    };
    const fixed = !timed && !carried;
    return { step: fixed ? once(run) : run, timed, carried, wholeRun: false };
  }

  private junction(kind: "and" | "or", nodes: readonly Node[]): Node {
    const step: Step = (context, waiting) => {
      let all: Uint8Array | null = null;
      for (const node of nodes) {
        const mask = node.step(context, waiting);
        if (all === null) all = mask.slice();
        else if (kind === "and") for (let i = 0; i < all.length; i++) (all[i] as number) &= mask[i] as number;
        else for (let i = 0; i < all.length; i++) (all[i] as number) |= mask[i] as number;
      }
      return all ?? new Uint8Array(context.now.count);
    };
    return {
      step,
      timed: nodes.some((node) => node.timed),
      carried: nodes.some((node) => node.carried),
      wholeRun: nodes.some((node) => node.wholeRun),
    };
  }
}

/** Computed the first time only. */
function once(step: Step): Step {
  let kept: Uint8Array | null = null;
  return (context, waiting) => {
    if (kept?.length !== context.now.count) kept = step(context, waiting);
    return kept;
  };
}

function negation(node: Node): Node {
  const step: Step = (context, waiting) => {
    const mask = node.step(context, waiting);
    const out = new Uint8Array(mask.length);
    for (let i = 0; i < out.length; i++) out[i] = 1 - (mask[i] as number);
    return out;
  };
  return { ...node, step };
}

/** At some epoch, or at all of them. Epochs without a needed column are passed over. */
function overEpochs(kind: "ever" | "always", inner: Node): Node {
  let seen = new Set<string>();
  let mask: Uint8Array | null = null;
  let version = "";
  const step: Step = (context, waiting) => {
    const all = new Set(context.keys());
    const stale = (inner.carried && version !== context.version()) || [...seen].some((key) => !all.has(key));
    if (stale || mask?.length !== context.now.count) {
      seen = new Set();
      version = context.version();
      mask = new Uint8Array(context.now.count).fill(kind === "ever" ? 0 : 1);
    }
    for (const { key, rows } of context.epochs()) {
      if (seen.has(key)) continue;
      const missing = new Set<string>();
      const at = inner.step({ ...context, now: rows }, missing);
      for (const name of missing) waiting.add(name);
      if (missing.size > 0) continue;
      seen.add(key);
      for (let i = 0; i < mask.length; i++) {
        if (kind === "ever") mask[i] = (mask[i] as number) | (at[i] as number);
        else mask[i] = (mask[i] as number) & (at[i] as number);
      }
    }
    // No epoch yet: nothing is known to hold always.
    return seen.size === 0 ? new Uint8Array(context.now.count) : mask.slice();
  };
  return { step, timed: false, carried: inner.carried, wholeRun: true };
}

/** Makes a plan. Throws a `QueryError` for what the columns do not allow. */
export function compile(query: Query, schema: Schema): Plan {
  const compiler = new Compiler(schema);
  const { step, timed, carried, wholeRun } = compiler.node(query);
  return {
    columns: compiler.columns,
    timed,
    carried,
    wholeRun,
    evaluate(context) {
      const waiting = new Set<string>();
      return { mask: step(context, waiting).slice(), waiting };
    },
  };
}
