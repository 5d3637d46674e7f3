/** Which rows of a long list can be seen, so that only those are rendered. Rows are all of one height. */
import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** Rows rendered beyond either end, so that a quick scroll does not show a gap. */
const BEYOND = 3;
/** Taken until the list was measured, in pixels. */
const ASSUMED_HEIGHT = 400;

export interface WindowRows {
  /** Rows [first, end) are rendered. */
  readonly first: number;
  readonly end: number;
}

/**
 * Follows the scrolling and the height of a list.
 *
 * @param list the element that scrolls.
 * @param count rows there are.
 * @param height of a row in CSS pixels.
 */
export function useWindowRows(list: RefObject<HTMLElement>, count: number, height: number): WindowRows {
  const [view, setView] = useState({ top: 0, height: ASSUMED_HEIGHT });
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight || ASSUMED_HEIGHT });
    measure();
    element.addEventListener("scroll", measure, { passive: true });
    const observer = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(measure);
    observer?.observe(element);
    return () => {
      element.removeEventListener("scroll", measure);
      observer?.disconnect();
    };
  }, [list]);
  // A list that became shorter is scrolled back by the browser, after this render.
  const top = Math.min(view.top, Math.max(0, count * height - view.height));
  const first = Math.max(0, Math.floor(top / height) - BEYOND);
  return { first, end: Math.min(count, Math.ceil((top + view.height) / height) + BEYOND) };
}

/** Scrolls as little as it takes that a row can be seen whole. @param header height of what stays above the rows. */
export function scrollToRow(element: HTMLElement, row: number, height: number, header = 0): void {
  const [top, bottom] = [row * height, (row + 1) * height];
  if (top < element.scrollTop) element.scrollTop = top;
  else if (bottom > element.scrollTop + element.clientHeight - header)
    element.scrollTop = bottom - element.clientHeight + header;
}
