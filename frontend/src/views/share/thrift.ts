/** Why this file: Parquet describes itself in Thrift's compact protocol; this is as much of that as its headers need. */

/** A value of a field: a whole number of 32 or 64 bits, a text, a list of one kind, or a struct. */
export type Field =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly list: readonly Field[] }
  | { readonly struct: Struct };

/** Fields by their number, ascending. */
export type Struct = readonly (readonly [number, Field])[];

/** https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md */
const TYPE = { i32: 5, i64: 6, text: 8, list: 9, struct: 12 } as const;

const ENCODER = new TextEncoder();

function typeOf(field: Field): number {
  return TYPE[Object.keys(field)[0] as keyof typeof TYPE];
}

/** Seven bits a byte, the lowest first; @param value from 0, exact up to 2^53. */
export function varint(value: number): number[] {
  const out: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) out.push((left % 128) | 128);
  out.push(left);
  return out;
}

function fieldBytes(field: Field): number[] {
  // Zigzag: the numbers of Parquet's headers are none below 0.
  if ("i32" in field) return varint(2 * field.i32);
  if ("i64" in field) return varint(2 * field.i64);
  if ("text" in field) {
    const bytes = ENCODER.encode(field.text);
    return [...varint(bytes.length), ...bytes];
  }
  if ("struct" in field) return structBytes(field.struct);
  const { list } = field;
  const type = list[0] === undefined ? TYPE.struct : typeOf(list[0]);
  const head = list.length < 15 ? [(list.length << 4) | type] : [0xf0 | type, ...varint(list.length)];
  return [...head, ...list.flatMap(fieldBytes)];
}

/** A struct's bytes; numbers of fields lie at most 15 apart. */
export function structBytes(struct: Struct): number[] {
  let last = 0;
  const out = struct.flatMap(([id, field]) => {
    const head = ((id - last) << 4) | typeOf(field);
    last = id;
    return [head, ...fieldBytes(field)];
  });
  return [...out, 0];
}
