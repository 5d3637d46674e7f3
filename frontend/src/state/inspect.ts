/**
 * Why this file: looking at what is selected: in which order, which one of it in detail, and what happened to it when. Views
 * call its actions; `details_fetcher.ts` and `event_tracker.ts` fill what takes a server or time.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { EventCounts, EventKind, SampleEvent } from "../analysis/events";
import { orderRows } from "../analysis/order";
import { maskRows, rowOf } from "./selection";
import type { Store } from "./store";

export type InspectorTab = "samples" | "events" | "changes";

/** Columns that a selection can be ordered by. */
export const ORDERS = ["conf", "margin", "loss", "flips", "moved", "id"] as const;
export type Order = (typeof ORDERS)[number];

/** What the server knows of one sample at one snapshot. */
export interface SampleDetails {
  readonly row: number;
  readonly step: number;
  /** Neighbours that were looked for. */
  readonly k: number;
  /** Rows, the nearest first. */
  readonly neighbours: readonly number[];
  readonly classes: readonly number[];
  readonly probabilities: readonly number[];
}

const NO_ROWS = new Uint32Array(0);

export class Inspect {
  readonly tab = signal<InspectorTab>("samples");
  /** "auto": the panel is there while something is selected. */
  readonly wish = signal<"auto" | "open" | "hidden">("auto");
  /** How the selection is shown. */
  readonly layout = signal<"tiles" | "table">("tiles");
  readonly orderBy = signal<Order>("conf");
  readonly descending = signal(false);
  /** Of the sample in focus, newest answer; it may be of an epoch before. */
  readonly details = signal<SampleDetails | null>(null);
  /** Why there are no details, a sentence; "" when there are or will be. */
  readonly noDetails = signal("");
  /** Where the full-size picture of a row is; `null`: there are none. */
  readonly imageUrl = signal<((row: number) => string) | null>(null);
  /** Of the selection, epoch by epoch. */
  readonly events = signal<readonly SampleEvent[]>([]);
  /** Why events are not listed, a sentence; "" when they are. */
  readonly noEvents = signal("");
  /** What happens to all samples is counted as well. */
  readonly counting = signal(false);
  /** By frame; of those that are counted. */
  readonly counts = signal<ReadonlyMap<number, EventCounts>>(new Map());
  /** Kinds of events that are listed. */
  readonly kinds = signal<ReadonlySet<EventKind>>(new Set(["flip", "jump", "moved", "strayed"]));

  readonly open: ReadonlySignal<boolean>;
  /** What is selected, in the order wished for; it rests while time plays. */
  readonly order: ReadonlySignal<Uint32Array>;
  /** Row of the sample that is looked at; -1: nothing is selected. */
  readonly focus: ReadonlySignal<number>;
  /** Id of the sample that was pointed out. */
  private readonly wanted = signal<string | null>(null);

  constructor(private readonly store: Pick<Store, "view" | "data" | "derived" | "explore" | "seek">) {
    const { explore } = store;
    this.open = computed(() => {
      const wish = this.wish.value;
      return wish === "open" || (wish === "auto" && explore.selectedMask.value !== null);
    });
    this.order = this.followOrder();
    let last = "";
    let lastRow = -1;
    this.focus = computed(() => {
      const mask = explore.selectedMask.value;
      const samples = store.data.samples.value;
      if (mask === null || samples === null) return -1;
      for (const id of [this.wanted.value, last]) {
        if (id === null || id === "") continue;
        // Finding a row by its id takes a table of all ids, which of a million samples is large.
        const row = samples.ids[lastRow] === id ? lastRow : rowOf(samples).get(id);
        if (row !== undefined && mask[row] === 1) {
          last = samples.ids[row] as string;
          lastRow = row;
          return row;
        }
      }
      // Another sample must not come into focus because time moved: once chosen it stays.
      const row = this.order.peek()[0] ?? -1;
      last = samples.ids[row] ?? "";
      lastRow = row;
      return row;
    });
  }

  private followOrder(): ReadonlySignal<Uint32Array> {
    const { explore, view } = this.store;
    let held: { rows: Uint32Array; mask: Uint8Array | null; by: string } = {
      rows: NO_ROWS,
      mask: null,
      by: "",
    };
    return computed(() => {
      const mask = explore.selectedMask.value;
      const name = this.orderBy.value;
      const by = `${name} ${this.descending.value}`;
      if (mask === null) return NO_ROWS;
      const resting = view.playing.value && held.mask === mask && held.by === by;
      if (resting) return held.rows;
      const absent = explore.schema.value?.find(name)?.absent ?? "";
      const data = absent === "" ? explore.columns.column(name).value : null;
      held = { rows: orderRows(maskRows(mask), data, this.descending.value), mask, by };
      return held.rows;
    });
  }

  /** Looks at one sample of the selection. */
  focusOn(row: number): void {
    this.wanted.value = this.store.data.samples.peek()?.ids[row] ?? null;
  }

  /** Selects one sample instead of what is selected, or beside it, and looks at it. */
  select(row: number, beside = false): void {
    this.store.explore.selectRows([row], beside ? "add" : "replace");
    this.focusOn(row);
  }

  /** Opens a tab of the panel, or closes the panel when that tab is open. */
  toggle(tab: InspectorTab): void {
    const close = this.open.peek() && this.tab.peek() === tab;
    this.tab.value = tab;
    this.wish.value = close ? "hidden" : "open";
  }

  /** Closes a panel that was opened without a selection. @returns whether there was one. */
  closeEmpty(): boolean {
    if (!this.open.peek() || this.store.explore.selectedMask.peek() !== null) return false;
    this.wish.value = "auto";
    return true;
  }

  /** Goes to the next (1) or last (-1) epoch at which something happens to the sample in focus. */
  goToEvent(way: 1 | -1): void {
    const { explore, derived, data } = this.store;
    const row = this.focus.peek();
    const now = derived.nearestFrame.peek();
    const frames = this.events.peek().flatMap((event) => (event.row === row ? [event.frame] : []));
    const ahead = frames.filter((frame) => (way === 1 ? frame > now : frame < now));
    const frame = way === 1 ? ahead[0] : ahead.at(-1);
    const step = frame === undefined ? undefined : derived.steps.peek()[frame];
    const id = data.samples.peek()?.ids[row];
    if (step !== undefined) {
      explore.notice.value = "";
      this.store.seek(step);
    } else if (id === undefined) explore.notice.value = "Select a sample to go from event to event of it.";
    else if (this.noEvents.peek() !== "") explore.notice.value = this.noEvents.peek();
    else explore.notice.value = `Nothing happens to sample ${id} ${way === 1 ? "after" : "before"} this.`;
  }
}
