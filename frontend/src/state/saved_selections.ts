/** Why this file: selections that got a name are there again tomorrow, in this browser, for these samples. */
import type { Samples } from "../data/types";
import { fromIds, type Selection } from "./selection";
import { decodeSelection, encodeSamples } from "./selection_code";

/** Where the browser keeps texts; `null` from `get` and silence from `set` where it does not. */
export interface Keep {
  get(key: string): string | null;
  set(key: string, value: string): void;
}

/** One entry of the list. `code` is what `encodeSamples` makes. */
export interface Saved {
  readonly name: string;
  readonly count: number;
  readonly code: string;
}

/** Raised when the entries' shape changes; what an older page saved is then left alone. */
const VERSION = 1;
/** A browser gives a page a few megabytes in all. */
const MOST_SAVED = 50;

/** Key of the list of one probe in one log directory. */
export function keepKey(logdir: string, probeVersion: string): string {
  return `hidden.selections.${VERSION}:${logdir}:${probeVersion}`;
}

function isSaved(value: unknown): value is Saved {
  const entry = value as Partial<Saved> | null;
  return typeof entry?.name === "string" && typeof entry.code === "string" && typeof entry.count === "number";
}

/** The list; what somebody else put there counts as nothing. */
export function readSaved(keep: Keep, key: string): readonly Saved[] {
  try {
    const list: unknown = JSON.parse(keep.get(key) ?? "[]");
    return Array.isArray(list) ? list.filter(isSaved) : [];
  } catch {
    return [];
  }
}

/** The list with one more, or another under the same name; the newest first. */
export function withSaved(list: readonly Saved[], name: string, selection: Selection): readonly Saved[] {
  const entry = { name, count: selection.count, code: encodeSamples(selection) };
  return [entry, ...list.filter((saved) => saved.name !== name)].slice(0, MOST_SAVED);
}

/** The selection again; `null` when it is not of these samples. */
export function restore(saved: Saved, samples: Samples): Selection | null {
  const decoded = decodeSelection(saved.code, samples);
  return decoded.kind === "selection" ? decoded.selection : saved.code === "" ? fromIds(samples, []) : null;
}

/** The browser's own storage; where it is forbidden, names last as long as the page. */
export function browserKeep(): Keep {
  const memory = new Map<string, string>();
  return {
    get(key) {
      try {
        return memory.get(key) ?? localStorage.getItem(key);
      } catch {
        return memory.get(key) ?? null;
      }
    },
    set(key, value) {
      try {
        localStorage.setItem(key, value);
        memory.delete(key);
      } catch {
        memory.set(key, value);
      }
    },
  };
}
