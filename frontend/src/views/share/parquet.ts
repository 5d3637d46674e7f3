/**
 * Why this file: a table as Parquet, for programs that read numbers as numbers. Version 1 of the format with one row group and one
 * page a column, plain values and gzip, which browsers bring along: the libraries for it are five times the code of the menu.
 * https://parquet.apache.org/docs/file-format/
 */
import { type Field, type Struct, structBytes, varint } from "./thrift";

/** One column; `null` where nothing is known. "integer" are whole numbers. */
export interface ParquetColumn {
  readonly name: string;
  readonly kind: "integer" | "number" | "text";
  readonly values: readonly (string | number | null)[];
}

/** Numbers of the format's enumerations, parquet.thrift. */
const TYPE = { integer: 2, number: 5, text: 6 } as const;
const OPTIONAL = 1;
const UTF8 = 0;
const ENCODING = { plain: 0, rle: 3 } as const;
const GZIP = 2;
const DATA_PAGE = 0;

const MAGIC = new TextEncoder().encode("PAR1");

/** Four bytes, the lowest first. */
function u32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Which values are known, 1 or 0 each, as runs: twice the length, then the value. */
function definitionLevels(values: ParquetColumn["values"]): Uint8Array {
  const out: number[] = [];
  for (let start = 0; start < values.length; ) {
    const known = values[start] !== null;
    let end = start + 1;
    while (end < values.length && (values[end] !== null) === known) end++;
    out.push(...varint(2 * (end - start)), known ? 1 : 0);
    start = end;
  }
  return Uint8Array.from(out);
}

/** The known values one after another: 8 bytes a number, and texts each after its length. */
function plainValues({ kind, values }: ParquetColumn): Uint8Array {
  const known = values.filter((value) => value !== null);
  if (kind === "text") {
    const encoder = new TextEncoder();
    return concat(
      known.flatMap((value) => {
        const bytes = encoder.encode(`${value}`);
        return [u32(bytes.length), bytes];
      }),
    );
  }
  const bytes = new Uint8Array(8 * known.length);
  const view = new DataView(bytes.buffer);
  known.forEach((value, i) => {
    if (kind === "number") view.setFloat64(8 * i, Number(value), true);
    else view.setBigInt64(8 * i, BigInt(value), true);
  });
  return bytes;
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

interface Chunk {
  readonly bytes: Uint8Array;
  /** Header and body, before compression. */
  readonly plain: number;
}

async function chunkOf(column: ParquetColumn): Promise<Chunk> {
  const levels = definitionLevels(column.values);
  const body = concat([u32(levels.length), levels, plainValues(column)]);
  const packed = await gzip(body);
  const header = structBytes([
    [1, { i32: DATA_PAGE }],
    [2, { i32: body.length }],
    [3, { i32: packed.length }],
    [
      5,
      {
        struct: [
          [1, { i32: column.values.length }],
          [2, { i32: ENCODING.plain }],
          [3, { i32: ENCODING.rle }],
          [4, { i32: ENCODING.rle }],
        ],
      },
    ],
  ]);
  return { bytes: concat([Uint8Array.from(header), packed]), plain: header.length + body.length };
}

function schemaOf(columns: readonly ParquetColumn[]): Field[] {
  const own = columns.map(({ name, kind }): Struct => {
    const element: Struct = [
      [1, { i32: TYPE[kind] }],
      [3, { i32: OPTIONAL }],
      [4, { text: name }],
    ];
    return kind === "text" ? [...element, [6, { i32: UTF8 }]] : element;
  });
  const root: Struct = [
    [4, { text: "table" }],
    [5, { i32: columns.length }],
  ];
  return [root, ...own].map((struct) => ({ struct }));
}

function columnMeta({ name, kind, values }: ParquetColumn, chunk: Chunk, offset: number): Field {
  return {
    struct: [
      [2, { i64: offset }],
      [
        3,
        {
          struct: [
            [1, { i32: TYPE[kind] }],
            [2, { list: [{ i32: ENCODING.plain }, { i32: ENCODING.rle }] }],
            [3, { list: [{ text: name }] }],
            [4, { i32: GZIP }],
            [5, { i64: values.length }],
            [6, { i64: chunk.plain }],
            [7, { i64: chunk.bytes.length }],
            [9, { i64: offset }],
          ],
        },
      ],
    ],
  };
}

/** The file's bytes in pieces. @param columns of equal length, with different names. */
export async function toParquet(columns: Iterable<ParquetColumn>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [MAGIC];
  const heads: ParquetColumn[] = [];
  const metas: Field[] = [];
  let [offset, plain, rows] = [MAGIC.length, 0, 0];
  // One column at a time: only its bytes are kept.
  for (const column of columns) {
    const chunk = await chunkOf(column);
    metas.push(columnMeta(column, chunk, offset));
    heads.push({ ...column, values: [] });
    pieces.push(chunk.bytes);
    offset += chunk.bytes.length;
    plain += chunk.plain;
    rows = column.values.length;
  }
  const footer = Uint8Array.from(
    structBytes([
      [1, { i32: 1 }],
      [2, { list: schemaOf(heads) }],
      [3, { i64: rows }],
      [
        4,
        {
          list: [
            {
              struct: [
                [1, { list: metas }],
                [2, { i64: plain }],
                [3, { i64: rows }],
              ],
            },
          ],
        },
      ],
      [6, { text: "tensorboard-plugin-hidden" }],
    ]),
  );
  return [...pieces, footer, u32(footer.length), MAGIC];
}
