/** Why this file: puts rows in the order of a column, so that the ends of a selection are what one sees first. */
import { UNKNOWN_CLASS } from "../data/types";
import { type Bytes, type ColumnData, SHARE_STEPS } from "../query/columns";

/** Sorted by so many bits at a time. */
const DIGIT_BITS = 16;
const DIGITS = 2 ** DIGIT_BITS;
/** Comes after every number. */
const LAST = DIGITS - 1;

/** Numbers as they are; texts that all spell numbers as these; other texts as they are. */
function keysOf(rows: Uint32Array, data: ColumnData): Float64Array | readonly string[] | null {
  if (data.kind === "number") {
    const { values } = data;
    const keys = new Float64Array(rows.length);
    for (let k = 0; k < keys.length; k++) keys[k] = values[rows[k] as number] as number;
    return keys;
  }
  if (data.kind !== "text") return null;
  const texts = Array.from(rows, (row) => data.values[row] ?? "");
  const numbers = Float64Array.from(texts, (text) => (text.trim() === "" ? Number.NaN : Number(text)));
  return numbers.some(Number.isNaN) ? texts : numbers;
}

/**
 * Digits of numbers, the lowest first: their order is that of the numbers, and NaN comes last whichever way. The bits of a
 * positive double ascend with it; those of a negative one descend.
 */
function digitsOf(keys: Float64Array, descending: boolean): Uint16Array[] {
  const own = keys.slice();
  // 0 and -0 are equal.
  for (let i = 0; i < own.length; i++) own[i] = (own[i] as number) + 0;
  const words = new Uint16Array(own.buffer);
  const digits = Array.from({ length: 4 }, () => new Uint16Array(keys.length));
  for (let i = 0; i < keys.length; i++) {
    const missing = Number.isNaN(keys[i]);
    const negative = (words[4 * i + 3] as number) >= DIGITS / 2;
    for (let d = 0; d < 4; d++) {
      const word = words[4 * i + d] as number;
      const ascending = negative ? LAST - word : d === 3 ? word + DIGITS / 2 : word;
      (digits[d] as Uint16Array)[i] = missing ? LAST : descending ? LAST - ascending : ascending;
    }
  }
  return digits;
}

/** Moves what is in order of the lower digits into order of this one too. Digits are below `base`. */
function pass(order: Uint32Array, digit: Uint16Array, base: number): Uint32Array {
  const starts = new Uint32Array(base + 1);
  for (let i = 0; i < digit.length; i++) {
    const value = digit[i] as number;
    starts[value + 1] = (starts[value + 1] as number) + 1;
  }
  if (starts[(digit[0] ?? 0) + 1] === digit.length) return order;
  for (let value = 1; value < base; value++) {
    starts[value] = (starts[value] as number) + (starts[value - 1] as number);
  }
  const out = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) {
    const at = order[i] as number;
    const value = digit[at] as number;
    const place = starts[value] as number;
    out[place] = at;
    starts[value] = place + 1;
  }
  return out;
}

/** What is stored in bytes has one digit. */
function byteDigits(rows: Uint32Array, { of, predictions }: Bytes, descending: boolean): Uint16Array {
  const digit = new Uint16Array(rows.length);
  for (let k = 0; k < digit.length; k++) {
    const row = rows[k] as number;
    const byte = of[row] as number;
    const missing = predictions !== undefined && predictions[row] === UNKNOWN_CLASS;
    digit[k] = missing ? SHARE_STEPS + 1 : descending ? SHARE_STEPS - byte : byte;
  }
  return digit;
}

/** 0, 1, 2 … */
function placesOf(rows: Uint32Array): Uint32Array {
  const places = new Uint32Array(rows.length);
  for (let k = 0; k < places.length; k++) places[k] = k;
  return places;
}

function orderOf(rows: Uint32Array, data: ColumnData, descending: boolean): Uint32Array | null {
  const places = placesOf(rows);
  if (data.kind === "number" && data.bytes !== undefined) {
    return pass(places, byteDigits(rows, data.bytes, descending), SHARE_STEPS + 2);
  }
  const keys = keysOf(rows, data);
  if (keys === null) return null;
  if (keys instanceof Float64Array) {
    return digitsOf(keys, descending).reduce((order, digit) => pass(order, digit, DIGITS), places);
  }
  const sign = descending ? -1 : 1;
  return places.sort((p, q) => {
    const [a, b] = [keys[p] as string, keys[q] as string];
    return a === b ? p - q : a < b ? -sign : sign;
  });
}

/**
 * Rows in the order of a column, those without a value last whichever way; equal ones in their own order.
 *
 * @param data `null`, categories and tags: the rows as they are.
 */
export function orderRows(rows: Uint32Array, data: ColumnData | null, descending: boolean): Uint32Array {
  const order = data === null ? null : orderOf(rows, data, descending);
  if (order === null) return rows;
  for (let k = 0; k < order.length; k++) order[k] = rows[order[k] as number] as number;
  return order;
}
