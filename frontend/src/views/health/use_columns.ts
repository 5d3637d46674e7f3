/** Why this file: how many small charts stand beside each other, and how wide each is. */
import type { RefObject } from "preact";
import { useWidth } from "../../ui/use_width";

/** Pixels. */
const LEAST = 232;
const GAP = 14;

export interface ColumnsFit {
  readonly columns: number;
  /** CSS pixels of each. */
  readonly width: number;
}

/** As many columns as fit into `room`, each as wide as can be. */
export function fitColumns(room: number, least = LEAST, gap = GAP): ColumnsFit {
  const columns = Math.max(1, Math.floor((room + gap) / (least + gap)));
  return { columns, width: Math.max(0, Math.floor((room - gap * (columns - 1)) / columns)) };
}

/** Of an element as it is laid out. */
export function useColumns(element: RefObject<HTMLElement>): ColumnsFit {
  return fitColumns(useWidth(element));
}
