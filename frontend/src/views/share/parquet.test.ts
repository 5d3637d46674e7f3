// @vitest-environment node
import { gunzipSync } from "node:zlib";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { type ParquetColumn, toParquet } from "./parquet";

/** As a reader that shares nothing with the writer sees it. */
async function read(columns: readonly ParquetColumn[]) {
  const file = await new Blob((await toParquet(columns)) as BlobPart[]).arrayBuffer();
  const rows = await parquetReadObjects({
    file,
    compressors: { GZIP: (bytes: Uint8Array) => new Uint8Array(gunzipSync(bytes)) },
  });
  return { rows, metadata: parquetMetadata(file) };
}

test("every kind of column comes back with its type, and what is not known as null", async () => {
  const { rows, metadata } = await read([
    { name: "id", kind: "text", values: ["a", "", '日本, "x"', "-3"] },
    { name: "x", kind: "number", values: [null, -0.125, 1e300, null] },
    { name: "step", kind: "integer", values: [0, 2 ** 40, -1, 7] },
    { name: "none", kind: "text", values: [null, null, null, null] },
  ]);
  expect(rows).toEqual([
    { id: "a", x: null, step: 0n, none: null },
    { id: "", x: -0.125, step: 2n ** 40n, none: null },
    { id: '日本, "x"', x: 1e300, step: -1n, none: null },
    { id: "-3", x: null, step: 7n, none: null },
  ]);
  expect(
    metadata.schema.slice(1).map(({ name, type, converted_type }) => [name, type, converted_type]),
  ).toEqual([
    ["id", "BYTE_ARRAY", "UTF8"],
    ["x", "DOUBLE", undefined],
    ["step", "INT64", undefined],
    ["none", "BYTE_ARRAY", "UTF8"],
  ]);
});

function columns(count: number, rows: number): ParquetColumn[] {
  return Array.from({ length: count }, (_, k) => ({
    name: `c${k}`,
    kind: "number" as const,
    values: Array.from({ length: rows }, (_, i) => (i % (k + 2) === 0 ? null : i * k)),
  }));
}

test.each([
  ["more columns than a short list has room for", columns(20, 3)],
  ["more rows than two bytes can count", columns(2, 66_000)],
  ["no row", columns(2, 0)],
])("%s", async (_, made) => {
  const { rows } = await read(made);
  expect(rows).toHaveLength(made[0]?.values.length ?? 0);
  for (const i of [0, 1, 2, 129, 65_537].filter((row) => row < rows.length)) {
    expect(rows[i]).toEqual(Object.fromEntries(made.map(({ name, values }) => [name, values[i]])));
  }
});
