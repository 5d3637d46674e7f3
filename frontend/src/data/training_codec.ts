/** Why this file: the binary answers about the training log become typed arrays, or a sentence that says what is wrong. */
import { CodecError, type Container, decodeContainer, takeArray } from "./codec";
import type { Answers, ClassHistory, Edges, FilterTile, FlipEvents, Series } from "./training_types";

/** A change's code for "did not change at all", and for "there is none". */
export const NO_CHANGE = 0;
export const UNKNOWN_CHANGE = 65_535;
const LEAST = -64;
const GREATEST = 64;
const CODES = 65_533;

/** Binary logarithm of a change; -Infinity for no change, NaN where there is none. */
export function logChange(code: number): number {
  if (code === UNKNOWN_CHANGE) return Number.NaN;
  if (code === NO_CHANGE) return Number.NEGATIVE_INFINITY;
  return LEAST + ((code - 1) / CODES) * (GREATEST - LEAST);
}

/** 1 - cos of a filter and its earlier self, out of its code. */
export function changeOf(code: number): number {
  return 2 ** logChange(code);
}

function extent(container: Container, name: string, axis: number): number {
  const length = container.arrays.get(name)?.shape[axis];
  if (length === undefined) throw new CodecError(`the container has no array "${name}" of that shape`);
  return length;
}

function edges(container: Container): Edges & { readonly buckets: number } {
  const rows = takeArray(container, "edges", "i4", [null]);
  const n = rows.length;
  return {
    edges: rows,
    steps: takeArray(container, "steps", "i4", [n]),
    times: takeArray(container, "times", "f8", [n]),
    buckets: Math.max(0, n - 1),
  };
}

export function decodeSeries(buffer: ArrayBuffer): Series {
  const container = decodeContainer(buffer);
  const all = edges(container);
  const values = takeArray(container, "values", "f4", [null, all.buckets, 3, null]);
  return { ...all, values, places: extent(container, "values", 3) };
}

export function decodeFilters(buffer: ArrayBuffer): FilterTile {
  const container = decodeContainer(buffer);
  const all = edges(container);
  const codes = takeArray(container, "codes", "u2", [all.buckets, null]);
  return { ...all, codes, filters: extent(container, "codes", 1) };
}

export function decodeAnswers(buffer: ArrayBuffer): Answers {
  const container = decodeContainer(buffer);
  const size = takeArray(container, "size", "i4", [null]);
  const classes = size.length;
  const whole = takeArray(container, "whole", "f4", [null]);
  const clusters = extent(container, "cluster_error", 1);
  return {
    labels: takeArray(container, "labels", "i4", [null]),
    size,
    error: takeArray(container, "error", "u1", [whole.length, classes]),
    whole,
    order: takeArray(container, "order", "i4", [classes]),
    cluster: takeArray(container, "cluster", "i4", [classes]),
    clusterError: takeArray(container, "cluster_error", "f4", [whole.length, clusters]),
    clusters,
  };
}

export function decodeFlips(buffer: ArrayBuffer): FlipEvents {
  const container = decodeContainer(buffer);
  const snapshot = takeArray(container, "snapshot", "u2", [null]);
  const column = (name: string) => takeArray(container, name, "u2", [snapshot.length]);
  return {
    snapshot,
    class: column("class"),
    before: column("before"),
    after: column("after"),
  };
}

export function decodeHistory(buffer: ArrayBuffer): ClassHistory {
  const container = decodeContainer(buffer);
  const rows = takeArray(container, "rows", "i4", [null]);
  const { ids } = container.meta;
  if (!Array.isArray(ids) || ids.length !== rows.length) {
    throw new CodecError("the container does not name the images of the class");
  }
  return { rows, ids, answers: takeArray(container, "answers", "u2", [null, rows.length]) };
}
