/** Why this file: the arrow keys go through a list of samples, be it one column wide or many. */
import { useStore } from "../store_context";

/** Rows that PageUp and PageDown leap. */
const PAGE = 4;

/** Place after a key; `null`: the key is none of the grid's. Places count cells in reading order. */
export function moveInGrid(key: string, at: number, columns: number, count: number): number | null {
  const to = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - columns,
    ArrowDown: at + columns,
    PageUp: at - PAGE * columns,
    PageDown: at + PAGE * columns,
    Home: 0,
    End: count - 1,
  }[key];
  if (to === undefined) return null;
  // Up from the first row and down from the last there is nothing; a page stops at the ends.
  const page = key.startsWith("Page");
  return page ? Math.min(Math.max(to, 0), count - 1) : to < 0 || to >= count ? at : to;
}

/**
 * Takes the focus from sample to sample.
 *
 * @param order samples in reading order.
 * @param at place of the one in focus.
 * @param columns of the list; in a single one left and right go through time, as everywhere.
 */
export function useGridKeys(
  order: ArrayLike<number>,
  at: number,
  columns: number,
): (event: KeyboardEvent) => void {
  const { inspect } = useStore();
  return (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (columns === 1 && /Left|Right/.test(event.key)) return;
    const to = moveInGrid(event.key, at, columns, order.length);
    const row = to === null ? undefined : order[to];
    if (row === undefined) return;
    // Elsewhere the same keys move in time.
    event.preventDefault();
    event.stopPropagation();
    inspect.focusOn(row);
  };
}
