/** Why this file: tests of several modules need container bytes; they are laid out by hand here, not by the codec. */
import type { Bounds, FrameData, LandscapeData, Outcomes } from "./types";

export interface HandArray {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Container bytes as docs/http_api.md draws them. `header` overrides what is written for one array. */
export function containerBytes(
  arrays: readonly HandArray[],
  meta: unknown = {},
  override: Readonly<Record<string, unknown>> = {},
): Uint8Array<ArrayBuffer> {
  let offset = 0;
  const listed = arrays.map(({ name, dtype, shape, bytes }) => {
    const entry = { name, dtype, shape, offset, nbytes: bytes.length, ...override };
    offset += Math.ceil(bytes.length / 8) * 8;
    return entry;
  });
  let header = JSON.stringify({ arrays: listed, meta });
  while ((16 + new TextEncoder().encode(header).length) % 8 !== 0) header += " ";
  const text = new TextEncoder().encode(header);
  const out = new Uint8Array(16 + text.length + offset);
  out.set([0x48, 0x49, 0x44, 0x4e, 1, 0, 0, 0]);
  out.set([text.length & 255, (text.length >> 8) & 255], 8);
  out.set(text, 16);
  let at = 16 + text.length;
  for (const { bytes } of arrays) {
    out.set(bytes, at);
    at += Math.ceil(bytes.length / 8) * 8;
  }
  return out;
}

/** Little-endian 16-bit words, whatever the machine's order. */
export function words(...values: number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value & 255, value >> 8]));
}

/** Bytes of the `frame` route. */
export function frameBytes(frame: FrameData): Uint8Array<ArrayBuffer> {
  const n = frame.count;
  return containerBytes([
    { name: "positions", dtype: "u2", shape: [n, 2], bytes: words(...frame.positions) },
    { name: "prediction", dtype: "u2", shape: [n], bytes: words(...frame.prediction) },
    { name: "confidence", dtype: "u1", shape: [n], bytes: frame.confidence },
    { name: "flags", dtype: "u1", shape: [n], bytes: frame.flags },
    { name: "kept", dtype: "u1", shape: [n], bytes: frame.kept },
  ]);
}

/** Bytes of the `landscape` route. */
export function landscapeBytes({ size, cells, bounds, entropy }: LandscapeData): Uint8Array<ArrayBuffer> {
  const arrays = [{ name: "landscape", dtype: "u1", shape: [size, size, 4], bytes: cells }];
  if (entropy !== undefined) {
    arrays.push({ name: "landscape_entropy", dtype: "u1", shape: [size, size], bytes: entropy });
  }
  return containerBytes(arrays, { bounds });
}

/** Bytes of the `outcomes` route; the losses are bits of 16-bit floats. */
export function outcomesBytes(outcomes: Omit<Outcomes, "step" | "loss">, loss: readonly number[]) {
  const n = outcomes.prediction.length;
  return containerBytes([
    { name: "prediction", dtype: "u2", shape: [n], bytes: words(...outcomes.prediction) },
    { name: "runner_up", dtype: "u2", shape: [n], bytes: words(...outcomes.runnerUp) },
    { name: "confidence", dtype: "u1", shape: [n], bytes: outcomes.confidence },
    { name: "margin", dtype: "u1", shape: [n], bytes: outcomes.margin },
    { name: "entropy", dtype: "u1", shape: [n], bytes: outcomes.entropy },
    { name: "loss", dtype: "f2", shape: [n], bytes: words(...loss) },
  ]);
}

/** Bytes of the `label_quality` route. */
export function qualityBytes(...quality: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Float32Array.from(quality).buffer);
  return containerBytes([{ name: "label_quality", dtype: "f4", shape: [quality.length], bytes }]);
}

/** Bytes of the `selected` route. */
export function rowsBytes(...rows: number[]): Uint8Array<ArrayBuffer> {
  const bytes = words(...rows.flatMap((row) => [row & 65_535, row >> 16]));
  return containerBytes([{ name: "rows", dtype: "i4", shape: [rows.length], bytes }]);
}

/** A frame over the unit square from samples of [x, y, prediction, flags]; x and y are 0 .. 1 over `bounds`. */
export function makeFrame(
  samples: readonly (readonly [number, number, number, number?])[],
  { step = 0, bounds = [0, 0, 1, 1] as Bounds } = {},
): FrameData {
  return {
    step,
    count: samples.length,
    bounds,
    positions: Uint16Array.from(samples.flatMap(([x, y]) => [Math.round(65535 * x), Math.round(65535 * y)])),
    prediction: Uint16Array.from(samples.map(([, , prediction]) => prediction)),
    confidence: new Uint8Array(samples.length).fill(255),
    flags: Uint8Array.from(samples.map(([, , , flags]) => flags ?? 0)),
    kept: new Uint8Array(samples.length).fill(255),
  };
}

/** A landscape whose cell (column, row) has the class, confidence and support (0 .. 255) that `cell` says. */
export function makeLandscape(
  size: number,
  cell: (column: number, row: number) => readonly [number, number, number],
  { step = 0, bounds = [0, 0, 1, 1] as Bounds } = {},
): LandscapeData {
  const cells = new Uint8Array(size * size * 4);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [label, confidence, support] = cell(column, row);
      cells.set([label & 255, label >> 8, confidence, support], 4 * (row * size + column));
    }
  }
  return { step, size, bounds, cells };
}
