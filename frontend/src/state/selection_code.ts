/**
 * Why this file: a selection as a short text, for a link or to be saved. Few samples go by their ids, which mean the same
 * in any run; many go by their rows, with a mark of the samples they were rows of.
 */

import type { Samples } from "../data/types";
import { fromIds, fromMask, type Selection, selectedIds } from "./selection";

/** Ids are readable and survive other probes, but long. */
const MOST_IDS = 40;
/** Longest list of ids in characters. */
const MOST_ID_CHARACTERS = 600;

/** Bytes that become text at a time: as many as a function may have arguments anywhere. */
const CHUNK = 8192;

/** What a code says. */
export type Decoded =
  | { readonly kind: "selection"; readonly selection: Selection }
  | { readonly kind: "query"; readonly text: string; readonly step: number }
  | { readonly kind: "problem"; readonly message: string };

const marks = new WeakMap<Samples, string>();

/** FNV-1a over the ids, in 32 bits: tells samples of one probe from another's. */
function markOf(samples: Samples): string {
  let mark = marks.get(samples);
  if (mark === undefined) {
    let hash = 0x811c9dc5;
    for (const id of samples.ids) {
      for (let i = 0; i <= id.length; i++) {
        // Behind each id goes a code that no character has.
        hash = Math.imul(hash ^ (i < id.length ? id.charCodeAt(i) : 65_536), 0x01000193);
      }
    }
    mark = (hash >>> 0).toString(36);
    marks.set(samples, mark);
  }
  return mark;
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) =>
      sign.charCodeAt(0),
    );
  } catch {
    return null;
  }
}

/** One bit a row, the first in the lowest bit. */
function packBits(mask: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  for (let i = 0; i < mask.length; i++) (bytes[i >> 3] as number) |= (mask[i] as number) << (i & 7);
  return bytes;
}

function unpackBits(bytes: Uint8Array, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1);
}

/**
 * Lengths of the runs of 0 and 1 in turn, 0 first, seven bits a byte, the lowest first; `null`: they are not shorter than
 * `most` bytes.
 */
function packRuns(mask: Uint8Array, most: number): Uint8Array | null {
  const bytes = new Uint8Array(most);
  let at = 0;
  const flush = (length: number) => {
    let rest = length;
    for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
    bytes[at++] = rest;
  };
  let value = 0;
  let from = 0;
  for (let i = 0; i < mask.length && at < most; i++) {
    if (mask[i] === value) continue;
    flush(i - from);
    value = 1 - value;
    from = i;
  }
  // What is left is all 0, or ends here.
  if (value === 1 && at < most) flush(mask.length - from);
  return at < most ? bytes.subarray(0, at) : null;
}

function unpackRuns(bytes: Uint8Array, count: number): Uint8Array {
  const mask = new Uint8Array(count);
  let [at, value, length, shift] = [0, 0, 0, 0];
  for (const byte of bytes) {
    length += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte > 127) continue;
    if (value === 1) mask.fill(1, at, at + length);
    at += length;
    [value, length, shift] = [1 - value, 0, 0];
  }
  return mask;
}

/** The code of the samples themselves, whatever query found them; "" for nothing. */
export function encodeSamples(selection: Selection): string {
  const { samples, mask, count, missing } = selection;
  if (samples === null || count + missing.length === 0) return "";
  if (count + missing.length <= MOST_IDS || missing.length > 0) {
    const list = selectedIds(selection).map(encodeURIComponent).join(",");
    if (list.length <= MOST_ID_CHARACTERS || count === 0) return `i:${list}`;
  }
  const runs = packRuns(mask, Math.ceil(mask.length / 8));
  const body = runs === null ? `b.${toBase64(packBits(mask))}` : `r.${toBase64(runs)}`;
  return `m:${mask.length}.${markOf(samples)}.${body}`;
}

/** The shortest code: the query, where the selection is what one found. */
export function encodeSelection(selection: Selection): string {
  const { origin } = selection;
  return origin === null ? encodeSamples(selection) : `q:${origin.step}:${origin.text}`;
}

function decodeRows(code: string, samples: Samples): Decoded {
  const [count, mark, how, body] = code.split(".");
  const bytes = fromBase64(body ?? "");
  if (bytes === null || (how !== "b" && how !== "r")) {
    return { kind: "problem", message: "The link's selection was cut short, so nothing is selected." };
  }
  if (Number(count) !== samples.ids.length || mark !== markOf(samples)) {
    const message = `The link's selection is of ${count} other samples than this run's, so nothing is selected.`;
    return { kind: "problem", message };
  }
  const mask = (how === "b" ? unpackBits : unpackRuns)(bytes, samples.ids.length);
  return { kind: "selection", selection: fromMask(samples, mask) };
}

function decodeIds(code: string, samples: Samples): Decoded {
  try {
    const ids = code.split(",").map(decodeURIComponent);
    return { kind: "selection", selection: fromIds(samples, ids) };
  } catch {
    return { kind: "problem", message: "The link's selection was cut short, so nothing is selected." };
  }
}

/** What a code means among these samples. */
export function decodeSelection(code: string, samples: Samples): Decoded {
  const body = code.slice(2);
  if (code.startsWith("i:")) return decodeIds(body, samples);
  if (code.startsWith("m:")) return decodeRows(body, samples);
  const query = /^q:(-?\d+):([\s\S]+)$/.exec(code);
  if (query !== null) return { kind: "query", step: Number(query[1]), text: query[2] as string };
  return { kind: "problem", message: "The link's selection is of a kind that this page does not know." };
}
