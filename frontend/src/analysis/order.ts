/** Why this file: puts rows in the order of a column, so that the ends of a selection are what one sees first. */
import type { ColumnData } from "../query/columns";

/** Numbers as they are; texts that all spell numbers as these; other texts as they are. */
function keysOf(rows: Uint32Array, data: ColumnData): Float64Array | readonly string[] | null {
  if (data.kind === "number") return Float64Array.from(rows, (row) => data.values[row] as number);
  if (data.kind !== "text") return null;
  const texts = Array.from(rows, (row) => data.values[row] ?? "");
  const numbers = Float64Array.from(texts, (text) => (text.trim() === "" ? Number.NaN : Number(text)));
  return numbers.some(Number.isNaN) ? texts : numbers;
}

/**
 * Rows in the order of a column, those without a value last whichever way; equal ones in their own order.
 *
 * @param data `null`, categories and tags: the rows as they are.
 */
export function orderRows(rows: Uint32Array, data: ColumnData | null, descending: boolean): Uint32Array {
  const keys = data === null ? null : keysOf(rows, data);
  if (keys === null) return rows;
  const sign = descending ? -1 : 1;
  const by = Uint32Array.from(rows.keys()).sort((p, q) => {
    const [a, b] = [keys[p] as number | string, keys[q] as number | string];
    if (a === b) return p - q;
    if (Number.isNaN(a) || Number.isNaN(b))
      return Number.isNaN(a) && Number.isNaN(b) ? p - q : Number.isNaN(a) ? 1 : -1;
    return a < b ? -sign : sign;
  });
  return by.map((at) => rows[at] as number);
}
