/** Why this file: what the page and its worker say to each other, and what of an epoch travels. */
import type { FrameData } from "../data/types";
import type { EpochArrays } from "./epoch_columns";
import type { Question } from "./over_epochs";

/** In order: one "ask", any number of "epoch", one "end" or "drop". */
export type ToWorker =
  | { readonly kind: "ask"; readonly id: number; readonly question: Question }
  | ({ readonly kind: "epoch"; readonly id: number } & Parcel)
  | { readonly kind: "end" | "drop"; readonly id: number };

export type FromWorker =
  | { readonly kind: "answer"; readonly id: number; readonly mask: Uint8Array }
  /** Of an epoch that was looked at, to be filled again: new memory costs more than what is done with it. */
  | { readonly kind: "back"; readonly buffers: readonly ArrayBuffer[] };

/** Arrays of an epoch, and the buffers that they lie in, which are given away with them. */
export interface Parcel {
  readonly arrays: EpochArrays;
  readonly buffers: readonly ArrayBuffer[];
}

/**
 * Copies of some of an epoch's arrays. An array is a view on all that the server sent for its epoch, which sending it as it
 * is would copy too.
 *
 * @param take gives a buffer of so many bytes.
 * @returns `null` when one of them is not here.
 */
export function pack(
  arrays: EpochArrays,
  names: readonly (keyof EpochArrays)[],
  take: (bytes: number) => ArrayBuffer,
): Parcel | null {
  if (names.some((name) => arrays[name] === undefined)) return null;
  const buffers: ArrayBuffer[] = [];
  function copy<T extends Uint8Array | Uint16Array | Float32Array>(array: T): T {
    const buffer = take(array.byteLength);
    new Uint8Array(buffer).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    buffers.push(buffer);
    return new (array.constructor as new (on: ArrayBuffer) => T)(buffer);
  }
  const copyFrame = ({ step, count, bounds, positions, flags }: FrameData): FrameData => ({
    step,
    count,
    bounds,
    positions: copy(positions),
    flags: copy(flags),
    prediction: new Uint16Array(0),
    confidence: new Uint8Array(0),
    kept: new Uint8Array(0),
  });
  const packed: Record<string, unknown> = {};
  for (const name of names) {
    const value = arrays[name] as NonNullable<EpochArrays[typeof name]>;
    packed[name] = ArrayBuffer.isView(value) ? copy(value) : copyFrame(value);
  }
  return { arrays: packed, buffers };
}
