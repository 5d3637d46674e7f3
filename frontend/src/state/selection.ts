/**
 * Why this file: a selection is a set of samples, not of rows. It is held as a mask over the rows it was made on and
 * carried over by the samples' ids to any other run; ids that are not there are kept, so that coming back loses nothing.
 */
import type { Samples } from "../data/types";

/** How rows that somebody points at change a selection. */
export type SelectMode = "replace" | "add" | "remove" | "toggle";

/** A selection that is what a query found. `step`: where in the run. */
export interface Origin {
  readonly text: string;
  readonly step: number;
}

/** Immutable: every change makes a new one. */
export interface Selection {
  /** What the rows of `mask` are; `null`: not known yet, nothing selected. */
  readonly samples: Samples | null;
  /** 1 = selected, one entry a row. */
  readonly mask: Uint8Array;
  readonly count: number;
  /** Ids that are selected and that these samples lack. */
  readonly missing: readonly string[];
  readonly origin: Origin | null;
}

const NO_IDS: readonly string[] = [];

export const NOTHING: Selection = {
  samples: null,
  mask: new Uint8Array(0),
  count: 0,
  missing: NO_IDS,
  origin: null,
};

/** Ones of a mask. */
export function countMask(mask: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < mask.length; i++) count += mask[i] as number;
  return count;
}

/** Rows whose mask is 1, ascending. */
export function maskRows(mask: Uint8Array): Uint32Array {
  const rows = new Uint32Array(countMask(mask));
  let at = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i] === 1) rows[at++] = i;
  return rows;
}

/** A selection of these samples from its mask. */
export function fromMask(samples: Samples, mask: Uint8Array, origin: Origin | null = null): Selection {
  return { samples, mask, count: countMask(mask), missing: NO_IDS, origin };
}

/** Rows that are out of range are left out. */
export function changeRows(
  selection: Selection,
  samples: Samples,
  rows: ArrayLike<number>,
  mode: SelectMode,
): Selection {
  const n = samples.ids.length;
  const mask = mode === "replace" ? new Uint8Array(n) : selection.mask.slice();
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k] as number;
    if (row >= n) continue;
    mask[row] = mode === "remove" ? 0 : mode === "toggle" ? 1 - (mask[row] as number) : 1;
  }
  const changed = fromMask(samples, mask);
  return mode === "replace" ? changed : { ...changed, missing: selection.missing };
}

/** What is not selected instead of what is. */
export function invert(selection: Selection, samples: Samples): Selection {
  const mask = new Uint8Array(selection.mask.length);
  for (let i = 0; i < mask.length; i++) mask[i] = 1 - (selection.mask[i] as number);
  return fromMask(samples, mask);
}

const rowsById = new WeakMap<Samples, ReadonlyMap<string, number>>();

/** Row of every id; built once for the samples. */
export function rowOf(samples: Samples): ReadonlyMap<string, number> {
  let rows = rowsById.get(samples);
  if (rows === undefined) {
    rows = new Map(samples.ids.map((id, row) => [id, row]));
    rowsById.set(samples, rows);
  }
  return rows;
}

/** A selection of samples by their ids. */
export function fromIds(samples: Samples, ids: Iterable<string>): Selection {
  const rows = rowOf(samples);
  const mask = new Uint8Array(samples.ids.length);
  const missing: string[] = [];
  for (const id of ids) {
    const row = rows.get(id);
    if (row === undefined) missing.push(id);
    else mask[row] = 1;
  }
  return { ...fromMask(samples, mask), missing };
}

/** Ids of all that is selected, present or not. */
export function selectedIds(selection: Selection): string[] {
  const ids = selection.samples?.ids ?? NO_IDS;
  return [...Array.from(maskRows(selection.mask), (row) => ids[row] as string), ...selection.missing];
}

function sameIds(p: readonly string[], q: readonly string[]): boolean {
  return p === q || (p.length === q.length && p.every((id, i) => id === q[i]));
}

/** The same samples among others. */
export function carryOver(selection: Selection, samples: Samples): Selection {
  const { samples: made } = selection;
  if (made === samples) return selection;
  if (made === null) return { ...NOTHING, samples, mask: new Uint8Array(samples.ids.length) };
  if (selection.missing.length === 0 && sameIds(made.ids, samples.ids)) return { ...selection, samples };
  return fromIds(samples, selectedIds(selection));
}
