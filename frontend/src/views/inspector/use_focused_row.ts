/** Why this file: a list of samples keeps the one in focus in sight, and the keyboard's focus with it. */
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { scrollToRow } from "../../ui/use_window_rows";

/** Where the sample in focus is in a list that renders only what is in sight. */
export interface FocusedRow {
  /** Of the sample; the element that takes the focus has it as `data-row`. */
  readonly row: number;
  /** Line of the list that it is in; negative: none. */
  readonly line: number;
  /** Of a line, and of what stays above them while they scroll, in pixels. */
  readonly height: number;
  readonly header?: number;
}

/** Follows the sample in focus. */
export function useFocusedRow(
  list: RefObject<HTMLElement>,
  { row, line, height, header = 0 }: FocusedRow,
): void {
  useEffect(() => {
    if (list.current !== null && line >= 0) scrollToRow(list.current, line, height, header);
  }, [list, line, height, header]);
  // Whoever is in the list stays with the sample, wherever a key or another order takes it.
  useEffect(() => {
    const element = list.current;
    const active = document.activeElement;
    if (active === null || !element?.querySelector("[data-rows]")?.contains(active)) return;
    const item = element.querySelector<HTMLElement>(`[data-row="${row}"]`);
    if (item !== active) item?.focus({ preventScroll: true });
  });
}
