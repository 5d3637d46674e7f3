import { expect, test } from "vitest";
import { CodecError } from "./codec";
import { containerBytes, type HandArray, words } from "./codec.fixture";
import {
  changeOf,
  decodeFilters,
  decodeFlips,
  decodeHistory,
  decodeSeries,
  logChange,
} from "./training_codec";

function bytes(array: { readonly buffer: ArrayBufferLike }): Uint8Array {
  return new Uint8Array(array.buffer as ArrayBuffer);
}

const EDGES: readonly HandArray[] = [
  { name: "edges", dtype: "i4", shape: [3], bytes: bytes(Int32Array.of(0, 4, 7)) },
  { name: "steps", dtype: "i4", shape: [3], bytes: bytes(Int32Array.of(0, 400, 700)) },
  { name: "times", dtype: "f8", shape: [3], bytes: bytes(Float64Array.of(0, 1, 1.75)) },
];

test("a series has as many buckets as lie between its edges", () => {
  const values = Float32Array.from({ length: 24 }, (_, i) => i);
  const series = decodeSeries(
    containerBytes([...EDGES, { name: "values", dtype: "f4", shape: [2, 2, 3, 2], bytes: bytes(values) }])
      .buffer,
  );
  expect([series.buckets, series.places, series.times[2], series.values[23]]).toEqual([2, 2, 1.75, 23]);
});

test("a tile that does not match its edges is refused", () => {
  const codes = { name: "codes", dtype: "u2", shape: [3, 2], bytes: words(1, 2, 3, 4, 5, 6) };
  expect(() => decodeFilters(containerBytes([...EDGES, codes]).buffer)).toThrow(CodecError);
  const fits = { ...codes, shape: [2, 3] };
  expect(decodeFilters(containerBytes([...EDGES, fits]).buffer).filters).toBe(3);
});

test("codes of changes are those of the log's format", () => {
  expect([logChange(0), logChange(1), logChange(65_534)]).toEqual([Number.NEGATIVE_INFINITY, -64, 64]);
  expect(logChange(65_535)).toBeNaN();
  expect([changeOf(0), changeOf(32_768)]).toEqual([0, expect.closeTo(1, 2)]);
});

test("flips are columns of one length", () => {
  const column = (name: string, ...values: number[]) => ({
    name,
    dtype: "u2",
    shape: [values.length],
    bytes: words(...values),
  });
  const columns = [
    column("snapshot", 1, 2),
    column("class", 0, 3),
    column("before", 1, 2),
    column("after", 9, 9),
  ];
  expect(Array.from(decodeFlips(containerBytes(columns).buffer).before)).toEqual([1, 2]);
  const short = columns.with(1, column("class", 0));
  expect(() => decodeFlips(containerBytes(short).buffer)).toThrow(/"class" has shape \[1\]/);
});

test("a history names its images", () => {
  const arrays = [
    { name: "rows", dtype: "i4", shape: [2], bytes: bytes(Int32Array.of(4, 2)) },
    { name: "answers", dtype: "u2", shape: [1, 2], bytes: words(0, 65_535) },
  ];
  expect(decodeHistory(containerBytes(arrays, { ids: ["a", 7] }).buffer).ids).toEqual(["a", 7]);
  expect(() => decodeHistory(containerBytes(arrays, { ids: ["a"] }).buffer)).toThrow(/name the images/);
});
