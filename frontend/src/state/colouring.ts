/** Why this file: what samples are coloured and sized by, at the epoch shown, on scales that are the same at all epochs. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { PointLook } from "../gl/point_look";
import { stageOptions } from "../gl/stage_options";
import type { ColumnData, ColumnInfo } from "../query/columns";
import {
  type Coloured,
  codesOf,
  colourByCategory,
  colourByNumber,
  type Legend,
  type Span,
  sizesOf,
  spanOf,
} from "./colour_scales";
import type { Store } from "./store";

/** Shares of 1: their scale is known without looking. */
const SHARES: readonly string[] = ["conf", "margin", "entropy", "kept", "label_quality"];
/** Columns that only grow over a run: the newest map has their largest number. */
const GROWING: readonly string[] = ["flips", "forgotten"];
/** Losses beyond twice that of guessing look alike: a few confident mistakes would make all others pale. */
const GUESSES = 2;

/** The columns that colours can show, "" being the class as the map has it by itself. */
function colourable({ name, kind }: ColumnInfo): boolean {
  return kind !== "text" && name !== "label" && name !== "selected";
}

export class Colouring {
  /** Name of a column; "": by class. */
  readonly by = signal("");
  /** Name of a column of numbers; "": all alike. */
  readonly size = signal("");
  readonly choices: ReadonlySignal<readonly ColumnInfo[]>;
  readonly sizeChoices: ReadonlySignal<readonly ColumnInfo[]>;
  /** `null`: by class, or the column is not on the client yet. */
  readonly legend: ReadonlySignal<Legend | null>;
  /** Ends of the sizes' scale. */
  readonly sizeSpan: ReadonlySignal<Span | null>;
  readonly look: ReadonlySignal<PointLook | null>;

  constructor(private readonly store: Pick<Store, "data" | "derived" | "transient" | "explore">) {
    const { explore } = store;
    this.choices = computed(() => (explore.schema.value?.columns ?? []).filter(colourable));
    this.sizeChoices = computed(() => this.choices.value.filter(({ kind }) => kind === "number"));
    const colours = this.hold(this.by, (name, data) => this.colour(name, data));
    const sizes = this.hold(this.size, (name, data) => {
      const span = data.kind === "number" ? this.span(name, data) : null;
      return data.kind !== "number" || span === null ? null : { span, sizes: sizesOf(data.values, span) };
    });
    this.legend = computed(() => colours.value?.legend ?? null);
    this.sizeSpan = computed(() => sizes.value?.span ?? null);
    this.look = computed(() => {
      if (colours.value === null && sizes.value === null) return null;
      return { colours: colours.value?.colours ?? "classes", sizes: sizes.value?.sizes ?? null };
    });
  }

  /** What follows from a column; while its next values are on their way, what followed before. */
  private hold<T>(
    chosen: ReadonlySignal<string>,
    make: (name: string, data: ColumnData) => T | null,
  ): ReadonlySignal<T | null> {
    let last: { readonly name: string; readonly samples: unknown; readonly made: T } | null = null;
    return computed(() => {
      const name = chosen.value;
      const samples = this.store.data.samples.value;
      const info = this.choices.value.find((one) => one.name === name);
      if (info === undefined || info.absent !== "") return null;
      const data = this.store.explore.columns.column(name).value;
      const made = data === null ? null : make(name, data);
      if (made !== null) last = { name, samples, made };
      return last?.name === name && last.samples === samples ? last.made : null;
    });
  }

  private colour(name: string, data: ColumnData): Coloured | null {
    const dark = this.store.transient.dark.value;
    if (data.kind === "text") return null;
    if (data.kind === "number") {
      const span = this.span(name, data);
      return span && colourByNumber(data.values, span, dark);
    }
    if (name === "correct") return this.verdicts(codesOf(data), dark);
    const classes = data.values === this.store.derived.classes.value || name === "original_label";
    return colourByCategory(codesOf(data), data.values, classes, dark);
  }

  /** Right in the first colour and wrong in the second, which protanopes and deuteranopes tell apart. */
  private verdicts(codes: ArrayLike<number>, dark: boolean): Coloured {
    const wrong = Int32Array.from(codes, (code) => (code === 0 || code === 1 ? 1 - code : -1));
    const { colours, legend } = colourByCategory(wrong, ["right", "wrong"], false, dark);
    if (legend.kind === "number") return { colours, legend };
    return {
      colours,
      legend: { ...legend, entries: legend.entries.map((one) => ({ ...one, code: 1 - one.code })) },
    };
  }

  /** The same at all epochs, as far as they are on the client. */
  private span(name: string, data: ColumnData & { kind: "number" }): Span | null {
    const { derived, explore, data: all } = this.store;
    const own = this.choices.value.some((column) => column.name === name && !column.timed);
    if (SHARES.includes(name) && !own) return { from: 0, to: 1, clipped: false };
    if (name === "loss") {
      return { from: 0, to: GUESSES * Math.log(Math.max(2, derived.classes.value.length)), clipped: true };
    }
    if (name === "learned_at") {
      const steps = derived.steps.value;
      return { from: steps[0] ?? 0, to: steps.at(-1) ?? 0, clipped: false };
    }
    // Ways are in radii of the map: a sample that crosses half of it stands out as much as can be.
    if (name === "moved") return { from: 0, to: 1, clipped: true };
    if (!GROWING.includes(name)) return spanOf(data.values);
    const samples = all.samples.value;
    const newest = samples && explore.columns.rowsAt(samples, derived.steps.value.length - 1).column(name);
    const most = newest?.kind === "number" ? spanOf(newest.values) : spanOf(data.values);
    return { from: 0, to: Math.max(1, most?.to ?? 1), clipped: false };
  }
}

/** Hands the look to whoever draws; the returned function stops it. */
export function startColouring(store: Store): () => void {
  const { look } = stageOptions(store);
  return effect(() => {
    look.value = store.colouring.look.value;
  });
}
