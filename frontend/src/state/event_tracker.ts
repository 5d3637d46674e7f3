/**
 * Why this file: events are looked for in small pieces between the browser's own work, and each pair of epochs only once,
 * so that 100,000 samples over 100 epochs neither stall the page nor are gone through again for another selection.
 */
import { effect } from "@preact/signals";
import { type EventCounts, type SampleEvent, Transition } from "../analysis/events";
import { maskRows } from "./selection";
import type { Store } from "./store";

/** Longest piece of work, in milliseconds: half of what a smooth page has between two pictures. */
const PIECE_MS = 8;
/** Of more samples nobody reads a list of events; their ways among their neighbours would take seconds. */
const MOST_FOLLOWED = 2_000;

/** Starts; the returned function stops it. */
export function startEventTracker(store: Store): () => void {
  const { explore, inspect, derived } = store;
  /** By the two epochs' names, and what of them is on the client. */
  const bounds = new Map<string, number>();
  const counted = new Map<string, EventCounts>();
  let found = new Map<string, readonly SampleEvent[]>();
  let mask: Uint8Array | null = null;
  let rows: Uint32Array = new Uint32Array(0);
  let work: Iterator<void> | null = null;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function* pass(): Generator<void, void> {
    const keys = derived.keys.peek();
    const events: SampleEvent[] = [];
    const counts = new Map<number, EventCounts>();
    for (let frame = 1; frame < keys.length; frame++) {
      const [before, now] = [explore.columns.momentAt(frame - 1), explore.columns.momentAt(frame)];
      const both = [before, now];
      const here = both.map((moment) => `${moment.frame === undefined}${moment.prediction === undefined}`);
      if (both.some((moment) => moment.frame === undefined && moment.prediction === undefined)) continue;
      const name = [keys[frame - 1], keys[frame], ...here].join("\u0000");
      const transition = new Transition(frame, before, now);
      const known = bounds.get(name);
      const bound = known ?? transition.bound();
      bounds.set(name, bound);
      const own = found.get(name) ?? transition.of(rows, bound);
      found.set(name, own);
      events.push(...own);
      if (inspect.counting.peek()) {
        const all = counted.get(name) ?? transition.counts();
        counted.set(name, all);
        counts.set(frame, all);
      }
      yield;
    }
    inspect.events.value = events;
    inspect.counts.value = counts;
  }

  function piece(): void {
    timer = undefined;
    const until = performance.now() + PIECE_MS;
    do {
      if (work === null) {
        if (!again) return;
        again = false;
        work = pass();
      }
      if (work.next().done) work = null;
    } while (performance.now() < until);
    timer = setTimeout(piece);
  }

  const stop = effect(() => {
    const selected = explore.selectedMask.value;
    void [explore.snapshots.arrivals.value, derived.keys.value, inspect.counting.value];
    if (selected !== mask) {
      mask = selected;
      found = new Map();
      work = null;
      const all = selected === null ? new Uint32Array(0) : maskRows(selected);
      const many = all.length > MOST_FOLLOWED;
      rows = many ? new Uint32Array(0) : all;
      inspect.events.value = [];
      inspect.noEvents.value = many
        ? `Events are listed of up to ${MOST_FOLLOWED.toLocaleString("en-US")} samples: select fewer.`
        : "";
    }
    // Where nobody asks, nothing is looked for.
    if (rows.length === 0 && !inspect.counting.value) return;
    again = true;
    timer ??= setTimeout(piece);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

/** Rows of all samples to which something of a kind happens at a frame. */
export function rowsAtEvent(store: Store, kind: keyof EventCounts, frame: number): Uint32Array {
  const { columns } = store.explore;
  return new Transition(frame, columns.momentAt(frame - 1), columns.momentAt(frame)).rows(kind);
}
