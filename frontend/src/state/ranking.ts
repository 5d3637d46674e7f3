/**
 * Why this file: all samples, or those that the query finds, in the order of a column of numbers, and how many of the first
 * ones are worth selecting. Computed only while a view reads it.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { orderRows } from "../analysis/order";
import type { ColumnInfo, Numbers } from "../query/columns";
import type { Coverage } from "./explore";
import { maskRows } from "./selection";
import type { Store } from "./store";

/** What it is by at first. */
const LABEL_QUALITY = "label_quality";
/** Below it another class was ahead of the label. */
const SUSPICIOUS = 0.5;
/** Of other columns the first few are offered: what stands out is at the end. */
const FEW = 20;

export interface Ranked {
  /** Rows that have a value, best first. */
  readonly rows: Uint32Array;
  /** Of the column, one entry a sample. */
  readonly values: Numbers;
  /** Ends of the bars' scale. */
  readonly from: number;
  readonly to: number;
  /** How many were asked about: all samples, or those that the query finds. */
  readonly of: number;
}

/** Which samples are ranked: "all", what the query "found", or that is not known yet. */
export type Scope = "all" | "found" | "unread" | "waiting";

export class Ranking {
  readonly open = signal(false);
  readonly by = signal(LABEL_QUALITY);
  readonly descending = signal(false);
  /** How many the user wants of the first ones; `null`: as many as are worth it. */
  readonly wish = signal<number | null>(null);

  /** Columns of numbers. */
  readonly choices: ReadonlySignal<readonly ColumnInfo[]>;
  /** The column it is by; `null`: this run has none of this name. */
  readonly info: ReadonlySignal<ColumnInfo | null>;
  readonly scope: ReadonlySignal<Scope>;
  /** `null`: the column or what the query finds is not on the client yet, or there is no such column. */
  readonly ranked: ReadonlySignal<Ranked | null>;
  /** How many epochs the order is made of, where it is made of several; `null` elsewhere. */
  readonly coverage: ReadonlySignal<Coverage | null>;
  /** It is by the quality of labels, and that is not a column of the user's. */
  readonly byQuality: ReadonlySignal<boolean>;
  /** How many of those that are ranked are suspicious. */
  readonly suspicious: ReadonlySignal<number>;
  /** How many "select the first" selects. */
  readonly first: ReadonlySignal<number>;

  constructor(private readonly store: Pick<Store, "view" | "data" | "derived" | "explore" | "inspect">) {
    const { explore } = store;
    this.choices = computed(() =>
      (explore.schema.value?.columns ?? []).filter(({ kind }) => kind === "number"),
    );
    this.info = computed(() => this.choices.value.find(({ name }) => name === this.by.value) ?? null);
    this.scope = computed(() => {
      const { query, plan } = explore.reading.value;
      if (explore.text.value.trim() === "") return "all";
      if (query === null || plan === null) return "unread";
      return explore.found.value === null ? "waiting" : "found";
    });
    this.ranked = this.follow();
    this.byQuality = computed(() => this.info.value?.name === LABEL_QUALITY && this.info.value.timed);
    this.coverage = computed(() => (this.info.value?.carried === true ? explore.coverage.value : null));
    this.suspicious = computed(() => {
      const { rows, values } = this.ranked.value ?? {};
      if (!this.byQuality.value || rows === undefined || values === undefined) return 0;
      return rows.reduce((count, row) => count + Number((values[row] as number) < SUSPICIOUS), 0);
    });
    this.first = computed(() => {
      const most = this.ranked.value?.rows.length ?? 0;
      const worth = this.byQuality.value && !this.descending.value ? this.suspicious.value : FEW;
      return Math.min(this.wish.value ?? worth, most);
    });
  }

  /** What is ranked at the epoch shown; it rests while time plays, because nobody can read it then. */
  private follow(): ReadonlySignal<Ranked | null> {
    const { explore, view, data } = this.store;
    let held: { readonly ranked: Ranked; readonly asked: readonly unknown[] } | null = null;
    return computed(() => {
      const info = this.info.value;
      const samples = data.samples.value;
      const asked = [info?.name, this.descending.value, explore.text.value, samples];
      const same = held !== null && asked.every((one, k) => one === held?.asked[k]);
      if (view.playing.value && held !== null && same) return held.ranked;
      if (samples === null || info === null || info.absent !== "" || this.scope.value === "waiting")
        return null;
      const column = explore.columns.column(info.name).value;
      // While the next epoch's values are on their way, the order that there was.
      if (column?.kind !== "number") return same ? (held?.ranked ?? null) : null;
      const mask = this.scope.value === "found" ? (explore.found.value?.mask ?? null) : null;
      const asksFor = mask === null ? Uint32Array.from(samples.ids.keys()) : maskRows(mask);
      const known = asksFor.filter((row) => Number.isFinite(column.values[row] as number));
      const rows = orderRows(known, column, this.descending.value);
      const ends = [column.values[rows[0] ?? 0] ?? 0, column.values[rows.at(-1) ?? 0] ?? 0];
      // Bars start at nothing.
      const ranked = {
        rows,
        values: column.values,
        from: Math.min(0, ...ends),
        to: this.byQuality.value ? 1 : Math.max(0, ...ends),
        of: asksFor.length,
      };
      held = { ranked, asked };
      return ranked;
    });
  }

  rankBy(name: string): void {
    this.by.value = name;
    this.descending.value = name !== LABEL_QUALITY;
    this.wish.value = null;
  }

  /** Selects the first ones instead of what is selected: one edit, which can be undone. */
  selectFirst(): void {
    const { explore, inspect } = this.store;
    const rows = this.ranked.peek()?.rows.subarray(0, this.first.peek());
    if (rows === undefined || rows.length === 0) return;
    explore.selectRows(rows, "replace");
    inspect.focusOn(rows[0] as number);
  }
}

const rankingOf = new WeakMap<Store, Ranking>();

/** The ranking over a store; the same object everywhere. */
export function ranking(store: Store): Ranking {
  let one = rankingOf.get(store);
  if (one === undefined) {
    one = new Ranking(store);
    rankingOf.set(store, one);
  }
  return one;
}
