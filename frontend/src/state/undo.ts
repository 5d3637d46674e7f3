/** Why this file: a slip of the lasso must cost nothing: what was before comes back, up to a bound. */

/** States that are remembered. */
export const UNDO_LIMIT = 100;
/** Bytes that they may hold together: 100 masks of 640,000 samples. */
const UNDO_BYTES = 64 * 1024 * 1024;

/** Past and future around a present; immutable. */
export interface Timeline<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
}

export function begin<T>(present: T): Timeline<T> {
  return { past: [], present, future: [] };
}

/** How many states of so many bytes are remembered; at least one. */
export function undoLimit(bytesEach: number): number {
  return Math.max(1, Math.min(UNDO_LIMIT, Math.floor(UNDO_BYTES / Math.max(1, bytesEach))));
}

/** A new present; what had been undone is gone. */
export function advance<T>({ past, present }: Timeline<T>, next: T, limit = UNDO_LIMIT): Timeline<T> {
  return { past: [...past, present].slice(-limit), present: next, future: [] };
}

export function undo<T>(timeline: Timeline<T>): Timeline<T> {
  const previous = timeline.past.at(-1);
  if (previous === undefined) return timeline;
  return {
    past: timeline.past.slice(0, -1),
    present: previous,
    future: [timeline.present, ...timeline.future],
  };
}

export function redo<T>(timeline: Timeline<T>): Timeline<T> {
  const [next, ...future] = timeline.future;
  if (next === undefined) return timeline;
  return { past: [...timeline.past, timeline.present], present: next, future };
}
