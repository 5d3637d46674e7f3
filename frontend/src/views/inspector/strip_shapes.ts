/** The strip over epochs as outlines: one path a class, so that a run of any length takes a handful of elements. */
import type { Moment } from "../../analysis/events";
import { UNKNOWN_CLASS } from "../../data/types";

/** What one sample was taken for at one epoch; `null`: not on the client, or not known. */
export interface StripCell {
  readonly prediction: number;
  /** 0 .. 1 */
  readonly confidence: number;
}

export interface StripShapes {
  /** By class, the cells at which the sample was taken for it. */
  readonly byClass: ReadonlyMap<number, string>;
  /** Under every cell at which it was right. */
  readonly right: string;
  /** Where nothing is known. */
  readonly gaps: string;
}

/** A confidence of 0 is still a cell that can be seen, as a share of the height. */
const LEAST_HEIGHT = 0.12;
/** Between cells, in pixels, where they are wide enough to spare it. */
const GAP = 1;

/** Cell `row` of a moment. */
export function cellOf({ prediction, confidence }: Moment, row: number): StripCell | null {
  const predicted = prediction?.[row] ?? UNKNOWN_CLASS;
  if (predicted === UNKNOWN_CLASS) return null;
  return { prediction: predicted, confidence: confidence === undefined ? 1 : (confidence[row] ?? 0) / 255 };
}

/**
 * Shapes of the cells, left to right.
 *
 * @param label -1: none.
 * @param size of the cells' area in pixels; the line of what was right lies `line` pixels high below it.
 */
export function stripShapes(
  cells: readonly (StripCell | null)[],
  label: number,
  { width, height, line }: { readonly width: number; readonly height: number; readonly line: number },
): StripShapes {
  const each = width / Math.max(1, cells.length);
  const wide = each - (each > 3 * GAP ? GAP : 0);
  const box = (i: number, top: number, tall: number) =>
    `M${(i * each).toFixed(2)} ${top.toFixed(2)}h${wide.toFixed(2)}v${tall.toFixed(2)}h${(-wide).toFixed(2)}z`;
  const byClass = new Map<number, string>();
  let right = "";
  let gaps = "";
  cells.forEach((cell, i) => {
    if (cell === null) {
      gaps += box(i, height - 2, 2);
      return;
    }
    const tall = height * (LEAST_HEIGHT + (1 - LEAST_HEIGHT) * cell.confidence);
    byClass.set(cell.prediction, (byClass.get(cell.prediction) ?? "") + box(i, height - tall, tall));
    if (cell.prediction === label) right += box(i, height + 2, line);
  });
  return { byClass, right, gaps };
}
