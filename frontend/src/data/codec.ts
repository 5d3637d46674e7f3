/** Why this file: reads the binary container of docs/http_api.md; a bad byte becomes a sentence, never a wrong picture. */
import { halfToFloat } from "./half";
import type { Bounds, FrameData, LandscapeData, Outcomes } from "./types";

const MAGIC = "HIDN";
/** Newest container format that this code reads. */
const FORMAT_VERSION = 1;
/** Magic, version, zero, header length, zero. */
const PREAMBLE_BYTES = 16;
/** Every array starts at a multiple of this, which is what lets a typed array be a view and not a copy. */
const ALIGNMENT = 8;

const ARRAYS = {
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  i4: Int32Array,
  i8: BigInt64Array,
  // 16-bit floats as their bits: there is no array of them in every browser.
  f2: Uint16Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

type Dtype = keyof typeof ARRAYS;
type ArrayOf<D extends Dtype> = InstanceType<(typeof ARRAYS)[D]>;

interface ArrayHeader {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly nbytes: number;
}

/** A container whose arrays can be asked for by name. `meta` is whatever the writer put there. */
export interface Container {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly arrays: ReadonlyMap<string, ArrayHeader>;
  readonly buffer: ArrayBuffer;
  /** Where the arrays' offsets count from. */
  readonly base: number;
}

/** The answer is not a container that this code can read; `message` says what arrived instead. */
export class CodecError extends Error {
  override readonly name = "CodecError";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function parseArrayHeader(value: unknown, available: number): ArrayHeader {
  if (!isRecord(value)) throw new CodecError("the container lists an array without a description");
  const { name, dtype, shape, offset, nbytes, codec } = value;
  if (typeof name !== "string" || typeof dtype !== "string") {
    throw new CodecError("the container lists an array without a name or a dtype");
  }
  if (codec !== undefined) throw new CodecError(`array "${name}" is compressed (${String(codec)})`);
  if (!Array.isArray(shape) || !shape.every(isCount) || !isCount(offset) || !isCount(nbytes)) {
    throw new CodecError(`array "${name}" has a malformed shape, offset or length`);
  }
  if (offset % ALIGNMENT !== 0) throw new CodecError(`array "${name}" is not aligned to ${ALIGNMENT} bytes`);
  if (offset + nbytes > available) {
    throw new CodecError(
      `array "${name}" ends at byte ${offset + nbytes} of ${available}: the answer was cut short`,
    );
  }
  return { name, dtype, shape, offset, nbytes };
}

/** Reads the preamble and the header; the arrays stay where they are in `buffer`. */
export function decodeContainer(buffer: ArrayBuffer): Container {
  if (buffer.byteLength < PREAMBLE_BYTES) {
    throw new CodecError(
      `the answer has ${buffer.byteLength} bytes, fewer than a container's ${PREAMBLE_BYTES}`,
    );
  }
  const bytes = new Uint8Array(buffer);
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic !== MAGIC) throw new CodecError(`the answer does not start with ${MAGIC}`);
  const view = new DataView(buffer);
  const version = view.getUint16(4, true);
  if (version > FORMAT_VERSION) {
    throw new CodecError(
      `the data has format ${version} and this page reads up to ${FORMAT_VERSION}: reload the page`,
    );
  }
  const base = PREAMBLE_BYTES + view.getUint32(8, true);
  if (base > buffer.byteLength) throw new CodecError("the container's header was cut short");
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(PREAMBLE_BYTES, base)));
  } catch {
    throw new CodecError("the container's header is not JSON");
  }
  if (!isRecord(header) || !Array.isArray(header.arrays)) {
    throw new CodecError("the container's header lists no arrays");
  }
  const arrays = header.arrays.map((entry) => parseArrayHeader(entry, buffer.byteLength - base));
  const meta = header.meta;
  return {
    meta: isRecord(meta) ? meta : {},
    arrays: new Map(arrays.map((array) => [array.name, array])),
    buffer,
    base,
  };
}

/**
 * One array of a container, as a view on its bytes.
 *
 * @param shape expected extent of each axis; `null` accepts any.
 */
export function takeArray<D extends Dtype>(
  container: Container,
  name: string,
  dtype: D,
  shape: readonly (number | null)[],
): ArrayOf<D> {
  const array = container.arrays.get(name);
  if (array === undefined) throw new CodecError(`the container has no array "${name}"`);
  if (array.dtype !== dtype) throw new CodecError(`array "${name}" is ${array.dtype}, expected ${dtype}`);
  const fits =
    array.shape.length === shape.length &&
    shape.every((extent, i) => extent === null || extent === array.shape[i]);
  if (!fits) {
    const expected = shape.map((extent) => extent ?? "any").join(", ");
    throw new CodecError(`array "${name}" has shape [${array.shape.join(", ")}], expected [${expected}]`);
  }
  const length = array.shape.reduce((product, extent) => product * extent, 1);
  const Type = ARRAYS[dtype];
  if (length * Type.BYTES_PER_ELEMENT !== array.nbytes) {
    throw new CodecError(`array "${name}" has ${array.nbytes} bytes, not those of its shape`);
  }
  return new Type(container.buffer, container.base + array.offset, length) as ArrayOf<D>;
}

/** The frame of one step; `bounds` are the ones the index gives for it. */
export function decodeFrame(buffer: ArrayBuffer, step: number, bounds: Bounds): FrameData {
  const container = decodeContainer(buffer);
  const positions = takeArray(container, "positions", "u2", [null, 2]);
  const count = positions.length / 2;
  return {
    step,
    count,
    bounds,
    positions,
    prediction: takeArray(container, "prediction", "u2", [count]),
    confidence: takeArray(container, "confidence", "u1", [count]),
    flags: takeArray(container, "flags", "u1", [count]),
    kept: takeArray(container, "kept", "u1", [count]),
  };
}

/** The outcomes of one snapshot. */
export function decodeOutcomes(buffer: ArrayBuffer, step: number): Outcomes {
  const container = decodeContainer(buffer);
  const prediction = takeArray(container, "prediction", "u2", [null]);
  const count = prediction.length;
  return {
    step,
    prediction,
    runnerUp: takeArray(container, "runner_up", "u2", [count]),
    confidence: takeArray(container, "confidence", "u1", [count]),
    margin: takeArray(container, "margin", "u1", [count]),
    entropy: takeArray(container, "entropy", "u1", [count]),
    loss: halfToFloat(takeArray(container, "loss", "f2", [count])),
  };
}

/** How good each label is after one snapshot; NaN where that is not known. */
export function decodeLabelQuality(buffer: ArrayBuffer): Float32Array {
  return takeArray(decodeContainer(buffer), "label_quality", "f4", [null]);
}

/** Rows of the samples that were chosen at one step. */
export function decodeRows(buffer: ArrayBuffer): Int32Array {
  return takeArray(decodeContainer(buffer), "rows", "i4", [null]);
}

/** Bounds out of JSON: four finite numbers, x0 < x1 and y0 < y1. */
export function parseBounds(value: unknown): Bounds {
  if (Array.isArray(value) && value.length === 4 && value.every((v) => Number.isFinite(v))) {
    const [x0, y0, x1, y1] = value as [number, number, number, number];
    if (x0 < x1 && y0 < y1) return [x0, y0, x1, y1];
  }
  throw new CodecError(`bounds must be four ascending numbers, got ${JSON.stringify(value)}`);
}

/** The landscape of one step. */
export function decodeLandscape(buffer: ArrayBuffer, step: number): LandscapeData {
  const container = decodeContainer(buffer);
  const cells = takeArray(container, "landscape", "u1", [null, null, 4]);
  const [rows, columns] = container.arrays.get("landscape")?.shape ?? [];
  if (rows === undefined || rows !== columns || rows === 0) {
    throw new CodecError(`the landscape's grid is ${rows} x ${columns}, expected a square`);
  }
  const landscape = { step, size: rows, bounds: parseBounds(container.meta.bounds), cells };
  if (!container.arrays.has("landscape_entropy")) return landscape;
  return { ...landscape, entropy: takeArray(container, "landscape_entropy", "u1", [rows, rows]) };
}
