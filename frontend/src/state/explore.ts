/**
 * Why this file: what the user looks for and has picked out: the query, what it finds at the epoch shown, and the
 * selection. Views call its actions; the stage reads its masks.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { type Query, QueryError } from "../query/ast";
import type { Schema } from "../query/columns";
import { format } from "../query/format";
import { parse } from "../query/parser";
import { type Context, compile, OTHER_EPOCHS, type Plan, type Search } from "../query/plan";
import { baggageOf } from "../worker/baggage";
import { Searcher } from "../worker/searcher";
import { schemaOf } from "./column_info";
import { RunColumns } from "./run_columns";
import {
  carryOver,
  changeRows,
  countMask,
  fromMask,
  invert,
  NOTHING,
  type Origin,
  type Selection,
  type SelectMode,
} from "./selection";
import { Snapshots } from "./snapshots";
import type { Store } from "./store";
import { advance, begin, redo, type Timeline, undo, undoLimit } from "./undo";

/** A query as far as it can be understood. */
export interface Reading {
  readonly query: Query | null;
  readonly plan: Plan | null;
  readonly problem: QueryError | null;
}

/** What a query finds at the epoch shown. */
export interface Found {
  readonly mask: Uint8Array;
  readonly count: number;
  /** Columns that are still on their way. */
  readonly waiting: readonly string[];
}

/** Frames that a question about the past or the whole run could be asked of. */
export interface Coverage {
  readonly loaded: number;
  readonly of: number;
}

type Parts = Pick<Store, "view" | "data" | "derived" | "cache">;

/** Samples times epochs that are looked through at once: 2 ms. */
const AT_ONCE = 1_000_000;

/** Reads a query against the columns that there are. */
function read(text: string, schema: Schema | null): Reading {
  try {
    const query = parse(text);
    const plan = query === null || schema === null ? null : compile(query, schema);
    return { query, plan, problem: null };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { query: null, plan: null, problem: error };
  }
}

export class Explore {
  /** The query as it is typed. */
  readonly text = signal("");
  /** What the query does not find is faded. */
  readonly filtering = signal(false);
  /** A sentence about something that was asked for and could not be done; "" when there is none. */
  readonly notice = signal("");
  /** Neighbours of the selection are being fetched. */
  readonly growing = signal(false);
  /** Counts the requests to take the selection's neighbours in. */
  readonly growths = signal(0);
  /** The selection that the page's link describes, until it is known what it means here. */
  readonly linked = signal("");

  readonly snapshots: Snapshots;
  readonly columns: RunColumns;
  /** `null` while no samples are known. */
  readonly schema: ReadonlySignal<Schema | null>;
  readonly reading: ReadonlySignal<Reading>;
  /** `null`: there is no query, or it cannot be understood, or nothing is known yet. */
  readonly found: ReadonlySignal<Found | null>;
  readonly coverage: ReadonlySignal<Coverage>;
  /** The selection among the samples of the run that is open; `null` while those are not known. */
  readonly selection: ReadonlySignal<Selection | null>;
  /** 1 = selected, one entry a row; `null` when nothing is. */
  readonly selectedMask: ReadonlySignal<Uint8Array | null>;
  /** 1 = passes, one entry a row; `null` when nothing is filtered out. */
  readonly filterMask: ReadonlySignal<Uint8Array | null>;
  readonly canUndo: ReadonlySignal<boolean>;
  readonly canRedo: ReadonlySignal<boolean>;
  private readonly timeline = signal<Timeline<Selection>>(begin(NOTHING));
  /** Counts the changes of the selection. */
  private edition = 0;
  /** Looks through long runs. */
  readonly searcher = new Searcher();
  /** Counts its answers. */
  private readonly answers = signal(0);

  constructor(private readonly store: Parts) {
    const { data, derived } = store;
    this.snapshots = new Snapshots(store);
    this.selection = computed(() => {
      const samples = data.samples.value;
      return samples === null ? null : carryOver(this.timeline.value.present, samples);
    });
    this.selectedMask = computed(() => {
      const selection = this.selection.value;
      return selection === null || selection.count === 0 ? null : selection.mask;
    });
    this.canUndo = computed(() => this.timeline.value.past.length > 0);
    this.canRedo = computed(() => this.timeline.value.future.length > 0);
    this.columns = new RunColumns(store, this.snapshots, this.selectedMask);
    // The index is another object at every poll; what queries depend on seldom changes.
    const choosing = computed(() => data.index.value?.selected != null);
    const known = computed(() => data.index.value !== null);
    this.schema = computed(() => {
      const samples = data.samples.value;
      const { absent, unjudged } = this.snapshots;
      const absences = { outcomes: absent.value, labelQuality: unjudged.value };
      if (samples === null || !known.value) return null;
      return schemaOf(
        samples,
        derived.classes.value,
        choosing.value,
        absences,
        this.columns.tasks.names.value,
      );
    });
    this.reading = computed(() => read(this.text.value, this.schema.value));
    this.found = this.follow();
    this.filterMask = computed(() => (this.filtering.value ? (this.found.value?.mask ?? null) : null));
    this.coverage = computed(() => ({
      loaded: this.columns.loaded().length,
      of: derived.steps.value.length,
    }));
  }

  /** What the query finds, as the epoch moves; where a column is on its way, what it found before. */
  private follow(): ReadonlySignal<Found | null> {
    let last: Found | null = null;
    let lastPlan: Plan | null = null;
    return computed(() => {
      const { plan } = this.reading.value;
      void this.answers.value;
      if (plan !== lastPlan) {
        last = null;
        this.searcher.cancel();
      }
      lastPlan = plan;
      const context = this.contextNow();
      if (plan === null || context === null) return null;
      const later = (search: Search) => this.later(search);
      const { mask, waiting } = plan.evaluate({ ...context, later });
      const partly = plan.wholeRun && !waiting.has(OTHER_EPOCHS);
      if (waiting.size > 0 && !partly) return last && { ...last, waiting: [...waiting] };
      last = { mask, count: countMask(mask), waiting: [...waiting] };
      return last;
    });
  }

  private contextNow(): Context | null {
    const samples = this.store.data.samples.value;
    return samples === null ? null : this.context(this.columns.rowsNow(samples));
  }

  private context(now: Context["now"]): Context {
    const { derived, data } = this.store;
    return {
      now,
      epochs: () => {
        const samples = data.samples.value;
        if (samples === null) return [];
        const keys = derived.keys.value;
        return this.columns.loaded().map((i) => ({
          key: keys[i] as string,
          rows: this.columns.rowsAt(samples, i),
        }));
      },
      keys: () => derived.keys.value,
      version: () => {
        // Reading it subscribes to it.
        void this.timeline.value;
        return `${this.snapshots.arrivals.value} ${this.edition}`;
      },
    };
  }

  /** Hands a search over that would take too long here. */
  private later(search: Search): boolean {
    const { data, derived } = this.store;
    const [samples, schema] = [data.samples.peek(), this.schema.peek()];
    if (samples === null || schema === null || search.count * search.epochs.length <= AT_ONCE) return false;
    const run = { labels: samples.labels, classes: derived.classes.peek() };
    const baggage = baggageOf(search, schema, run, (key) => this.columns.arraysOf(key));
    this.searcher.run(search, baggage, () => {
      this.answers.value += 1;
    });
    return true;
  }

  /** What a text finds at a frame; `null` when it cannot be understood or something is not on the client. */
  findAt(text: string, frame: number): Uint8Array | null {
    const samples = this.store.data.samples.value;
    const { plan } = read(text, this.schema.value);
    const { loaded, of } = this.coverage.value;
    if (samples === null || plan === null) return null;
    if ((plan.wholeRun || plan.carried) && loaded < of) return null;
    const { mask, waiting } = plan.evaluate(this.context(this.columns.rowsAt(samples, frame)));
    return waiting.size > 0 ? null : mask;
  }

  /** Frames that the answer to a plan is known of; for columns of the epoch alone, `null`. */
  coverageOf(plan: Plan): Coverage | null {
    if (!plan.carried && !plan.wholeRun) return null;
    return this.coverage.value;
  }

  /** Whether a text is no query of this run. */
  cannotRead(text: string): boolean {
    return read(text, this.schema.value).problem !== null;
  }

  /** How many a changed query would find now. */
  countOf(query: Query): number {
    const schema = this.schema.peek();
    const context = this.contextNow();
    if (schema === null || context === null) return 0;
    return countMask(compile(query, schema).evaluate(context).mask);
  }

  /** Rows that were clicked, lassoed or boxed. */
  selectRows(rows: ArrayLike<number>, mode: SelectMode): void {
    this.edit((now, samples) => changeRows(now, samples, rows, mode));
  }

  /** What the query finds now. */
  selectFound(mode: "replace" | "add" | "remove"): void {
    const { query } = this.reading.peek();
    const found = this.found.peek();
    if (query === null || found === null) return;
    const step = this.store.derived.steps.peek()[this.store.derived.nearestFrame.peek()] ?? 0;
    const origin: Origin = { text: format(query), step };
    this.edit((now, samples) => {
      if (mode === "replace") return fromMask(samples, found.mask, origin);
      const rows = Uint32Array.from(found.mask.keys()).filter((row) => found.mask[row] === 1);
      return changeRows(now, samples, rows, mode);
    });
  }

  invertSelection(): void {
    this.edit(invert);
  }

  clearSelection(): void {
    this.notice.value = "";
    const now = this.selection.peek();
    if (now !== null && (now.count > 0 || now.missing.length > 0)) this.edit(() => NOTHING);
  }

  /** Puts a selection that was made elsewhere in place of the one there is. */
  setSelection(selection: Selection): void {
    this.edit(() => selection);
  }

  /** Takes the selection's nearest neighbours among the activations in. */
  grow(): void {
    if (!this.growing.peek() && this.selectedMask.peek() !== null) this.growths.value += 1;
  }

  undo(): void {
    this.turn(undo(this.timeline.peek()));
  }

  redo(): void {
    this.turn(redo(this.timeline.peek()));
  }

  private edit(change: (now: Selection, samples: NonNullable<Selection["samples"]>) => Selection): void {
    const samples = this.store.data.samples.peek();
    const now = this.selection.peek();
    if (samples === null || now === null) return;
    const next = change(now, samples);
    this.linked.value = "";
    this.turn(advance(this.timeline.peek(), next, undoLimit(samples.ids.length)));
  }

  private turn(to: Timeline<Selection>): void {
    this.edition += 1;
    this.timeline.value = to;
  }
}
