/**
 * Why this file: a time that somebody went to and that no map has. Charts stand there while the maps stay where they went
 * then; small, because alerts, which are there from the start, set it as well as charts.
 */
import { type Signal, signal } from "@preact/signals";
import type { Store } from "./store";

export interface Cursor {
  readonly time: number;
  /** Where the maps went then; once they are elsewhere the cursor says nothing. */
  readonly maps: number;
}

const cursorOf = new WeakMap<Store, Signal<Cursor | null>>();

/** The cursor of a store; the same signal everywhere. */
export function cursor(store: Store): Signal<Cursor | null> {
  let one = cursorOf.get(store);
  if (one === undefined) {
    one = signal(null);
    cursorOf.set(store, one);
  }
  return one;
}
