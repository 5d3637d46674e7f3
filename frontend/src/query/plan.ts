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

/** A question to many epochs, for somebody who has more time than the caller. */
export interface Search {
  readonly kind: "ever" | "always";
  /** What is asked of each epoch. */
  readonly query: Query;
  /** Names of the columns that it reads. */
  readonly columns: ReadonlySet<string>;
  /** Whether an epoch's own columns are enough to answer it. */
  readonly alone: boolean;
  /** Samples. */
  readonly count: number;
  readonly epochs: readonly Epoch[];
  /** What one epoch answers; `null`: a column of it is not on the client. */
  look(epoch: Epoch): Uint8Array | null;
  /** Takes in what some of the epochs answered together, named by their keys. */
  done(mask: Uint8Array, keys: readonly string[]): void;
}

/** What an answer waits for while others look through the run. */
export const OTHER_EPOCHS = "other epochs";

export interface Context {
  readonly now: RowSource;
  /** Epochs that are on the client; asked for by `ever` and `always` only. */
  readonly epochs: () => readonly Epoch[];
  /** Keys of all epochs of the run, on the client or not. */
  readonly keys: () => readonly string[];
  /** Differs whenever a column that depends on more than its epoch may have other values. */
  readonly version: () => string;
  /** Takes a search over, and asks for the answer again when it is done; false: the caller is to do it at once. */
  readonly later?: (search: Search) => boolean;
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
  columns = new Set<string>();

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
        return this.overEpochs(query.kind, query.item);
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

  private overEpochs(kind: "ever" | "always", query: Query): Node {
    const outer = this.columns;
    this.columns = new Set();
    const inner = this.node(query);
    const over = new OverEpochs(kind, query, inner, this.columns);
    this.columns = new Set([...outer, ...this.columns]);
    const step: Step = (context, waiting) => over.step(context, waiting);
    return { step, timed: false, carried: inner.carried, wholeRun: true };
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

/** What `include` starts from. */
export function nothingYet(kind: Search["kind"], count: number): Uint8Array {
  return new Uint8Array(count).fill(kind === "ever" ? 0 : 1);
}

/** Adds what was found at one more epoch. */
export function include(kind: Search["kind"], all: Uint8Array, one: Uint8Array): void {
  if (kind === "ever") for (let i = 0; i < all.length; i++) (all[i] as number) |= one[i] as number;
  else for (let i = 0; i < all.length; i++) (all[i] as number) &= one[i] as number;
}

/** At some epoch, or at all of them. Epochs without a needed column are passed over until more has arrived. */
class OverEpochs {
  private seen = new Set<string>();
  private mask: Uint8Array = new Uint8Array(0);
  private version = "";
  /** Epochs that others look at now. */
  private away = new Set<string>();
  /** Columns that epochs lack, by the epoch's key; not asked again until something arrived. */
  private lacking = new Map<string, readonly string[]>();
  private lackedAt = "";

  constructor(
    private readonly kind: "ever" | "always",
    private readonly query: Query,
    private readonly inner: Node,
    private readonly columns: ReadonlySet<string>,
  ) {}

  step(context: Context, waiting: Set<string>): Uint8Array {
    const all = new Set(context.keys());
    const { count } = context.now;
    const stale =
      (this.inner.carried && this.version !== context.version()) ||
      [...this.seen].some((key) => !all.has(key));
    if (stale || this.mask.length !== count) this.restart(context);
    if (this.lacking.size > 0 && this.lackedAt !== context.version()) this.lacking.clear();
    const { seen, away, lacking } = this;
    const epochs = context
      .epochs()
      .filter(({ key }) => !seen.has(key) && !away.has(key) && !lacking.has(key));
    if (epochs.length > 0) this.ask(context, epochs);
    for (const names of lacking.values()) for (const name of names) waiting.add(name);
    if (away.size > 0) waiting.add(OTHER_EPOCHS);
    // No epoch yet: nothing is known to hold always.
    return seen.size === 0 ? new Uint8Array(count) : this.mask.slice();
  }

  private restart({ now, version }: Context): void {
    this.seen = new Set();
    this.away = new Set();
    this.lacking = new Map();
    this.version = this.inner.carried ? version() : "";
    this.mask = nothingYet(this.kind, now.count);
  }

  private ask(context: Context, epochs: readonly Epoch[]): void {
    const { kind, query, inner, columns, away, lacking } = this;
    const lack = (key: string, names: readonly string[]) => {
      if (lacking.size === 0) this.lackedAt = context.version();
      lacking.set(key, names);
    };
    const look = ({ key, rows }: Epoch): Uint8Array | null => {
      const missing = new Set<string>();
      const { later: _, ...alone } = context;
      const mask = inner.step({ ...alone, now: rows }, missing);
      if (missing.size === 0) return mask;
      lack(key, [...missing]);
      return null;
    };
    const search: Search = {
      kind,
      query,
      columns,
      alone: !inner.carried && !inner.wholeRun,
      count: context.now.count,
      epochs,
      look,
      done: (mask, keys) => {
        // Since then the run may have become another.
        if (this.away !== away) return;
        const answered = new Set(keys);
        for (const { key } of epochs) {
          away.delete(key);
          if (!answered.has(key) && !lacking.has(key)) lack(key, [...columns]);
        }
        if (keys.length > 0) this.include(mask, keys);
      },
    };
    if (context.later?.(search)) {
      for (const { key } of epochs) away.add(key);
      return;
    }
    for (const epoch of epochs) {
      const mask = look(epoch);
      if (mask !== null) this.include(mask, [epoch.key]);
    }
  }

  private include(found: Uint8Array, keys: readonly string[]): void {
    for (const key of keys) this.seen.add(key);
    include(this.kind, this.mask, found);
  }
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
