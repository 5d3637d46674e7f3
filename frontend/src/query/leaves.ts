/** Why this file: computes one leaf over all samples: a tight loop for each kind of column. */

import { UNKNOWN_CLASS } from "../data/types";
import type { Operator } from "./ast";
import { SEARCHED, type Test } from "./check";
import { type Bytes, type ColumnData, type Numbers, type RowSource, SHARE_STEPS } from "./columns";
import { joined, markFound } from "./joined_texts";

/** Equality of numbers that were not stored in steps: what rounding may do. */
const EXACT = 1e-9;

function kindOf<K extends ColumnData["kind"]>(data: ColumnData, kind: K): Extract<ColumnData, { kind: K }> {
  if (data.kind !== kind) throw new TypeError(`a column is ${data.kind} and was announced as ${kind}`);
  return data as Extract<ColumnData, { kind: K }>;
}

/**
 * Compares each number with a fixed one, or with the number beside it. A missing one (NaN) fits nothing, not even `!=`.
 * One loop for each operator: a loop over functions would take five times as long.
 */
function compareNumbers(out: Uint8Array, a: Numbers, op: Operator, b: Numbers, forgiven: number): void {
  // One entry for all rows, or one for each.
  const stride = b.length === 1 ? 0 : 1;
  const n = out.length;
  const other = (i: number) => b[i * stride] as number;
  switch (op) {
    case "=":
      for (let i = 0; i < n; i++) out[i] = Math.abs((a[i] as number) - other(i)) <= forgiven ? 1 : 0;
      break;
    case "!=":
      for (let i = 0; i < n; i++) out[i] = Math.abs((a[i] as number) - other(i)) > forgiven ? 1 : 0;
      break;
    case "<":
      for (let i = 0; i < n; i++) out[i] = (a[i] as number) < other(i) ? 1 : 0;
      break;
    case "<=":
      for (let i = 0; i < n; i++) out[i] = (a[i] as number) <= other(i) ? 1 : 0;
      break;
    case ">":
      for (let i = 0; i < n; i++) out[i] = (a[i] as number) > other(i) ? 1 : 0;
      break;
    default:
      for (let i = 0; i < n; i++) out[i] = (a[i] as number) >= other(i) ? 1 : 0;
  }
}

function runNumbers(out: Uint8Array, values: Numbers, wanted: readonly number[], forgiven: number): void {
  for (const one of wanted) {
    for (let i = 0; i < out.length; i++) if (Math.abs((values[i] as number) - one) <= forgiven) out[i] = 1;
  }
}

/** Answers for each of 256 bytes at once, and looks them up. */
function runBytes(out: Uint8Array, { of, predictions }: Bytes, answers: Uint8Array): void {
  if (predictions === undefined)
    for (let i = 0; i < out.length; i++) out[i] = answers[of[i] as number] as number;
  else {
    for (let i = 0; i < out.length; i++) {
      out[i] = predictions[i] === UNKNOWN_CLASS ? 0 : (answers[of[i] as number] as number);
    }
  }
}

/** The values that bytes stand for. */
const BYTE_VALUES = Float64Array.from({ length: 256 }, (_, byte) => byte / SHARE_STEPS);

function runCodes(out: Uint8Array, data: ColumnData, accepted: Uint8Array, negate: boolean): void {
  if (data.kind === "tags") {
    const { offsets, codes } = data;
    for (let i = 0; i < out.length; i++) {
      let any = 0;
      for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) {
        any |= accepted[codes[k] as number] ?? 0;
      }
      out[i] = negate ? 1 - any : any;
    }
    return;
  }
  const { codes } = kindOf(data, "category");
  for (let i = 0; i < out.length; i++) out[i] = accepted[codes[i] as number] ?? 0;
}

function runMissing(out: Uint8Array, data: ColumnData, negate: boolean): void {
  const none = (i: number): boolean => {
    if (data.kind === "number") return Number.isNaN(data.values[i]);
    if (data.kind === "tags") return data.offsets[i] === data.offsets[i + 1];
    if (data.kind === "text") return false;
    return data.values[data.codes[i] as number] === undefined;
  };
  for (let i = 0; i < out.length; i++) out[i] = none(i) === negate ? 0 : 1;
}

function runColumns(out: Uint8Array, left: ColumnData, op: Operator, right: ColumnData): void {
  if (left.kind === "number") {
    const b = kindOf(right, "number");
    compareNumbers(out, left.values, op, b.values, Math.max(left.quantum, b.quantum) / 2 + EXACT);
    return;
  }
  const a = kindOf(left, "category");
  const b = kindOf(right, "category");
  // Codes of two columns mean the same only where their values do.
  const codeInB = new Map(b.values.map((name, code) => [name.toLowerCase(), code]));
  const same = a.values === b.values;
  const translated = Int32Array.from(a.values, (name, code) =>
    same ? code : (codeInB.get(name.toLowerCase()) ?? -1),
  );
  for (let i = 0; i < out.length; i++) {
    const p = translated[a.codes[i] as number];
    const q = b.codes[i] as number;
    const known = p !== undefined && b.values[q] !== undefined;
    out[i] = known && (p === q) === (op === "=") ? 1 : 0;
  }
}

function runText(
  out: Uint8Array,
  values: readonly string[],
  needles: readonly string[],
  whole: boolean,
): void {
  const texts = joined(values);
  for (const needle of needles) markFound(out, texts, needle, whole);
}

function search(out: Uint8Array, needle: string, rows: RowSource): void {
  const found = new Uint8Array(out.length);
  for (const name of SEARCHED) {
    const data = rows.column(name);
    if (data === null) continue;
    if (data.kind === "text") runText(found, data.values, [needle], false);
    else if (data.kind === "category") {
      const accepted = Uint8Array.from(data.values, (value) => Number(value.toLowerCase().includes(needle)));
      runCodes(found, data, accepted, false);
    }
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) | (found[i] as number);
  }
}

/** The mask of a leaf; `null` when a column that it needs is not on the client. */
export function runLeaf(test: Test, rows: RowSource): Uint8Array | null {
  const out = new Uint8Array(rows.count);
  if (test.kind === "search") {
    search(out, test.needle, rows);
    return out;
  }
  const data = rows.column(test.kind === "columns" ? test.a : test.column);
  if (data === null) return null;
  switch (test.kind) {
    case "number":
    case "numbers": {
      const column = kindOf(data, "number");
      const { quantum, bytes } = column;
      const run = (into: Uint8Array, values: Numbers) => {
        if (test.kind === "numbers") runNumbers(into, values, test.values, quantum / 2 + EXACT);
        else compareNumbers(into, values, test.op, Float64Array.of(test.value), quantum / 2 + EXACT);
      };
      if (bytes === undefined) run(out, column.values);
      else {
        const answers = new Uint8Array(256);
        run(answers, BYTE_VALUES);
        runBytes(out, bytes, answers);
      }
      break;
    }
    case "codes":
      runCodes(out, data, test.accepted, test.negate);
      break;
    case "missing":
      runMissing(out, data, test.negate);
      break;
    case "text":
      runText(out, kindOf(data, "text").values, test.needles, test.whole);
      if (test.negate) for (let i = 0; i < out.length; i++) out[i] = 1 - (out[i] as number);
      break;
    case "columns": {
      const right = rows.column(test.b);
      if (right === null) return null;
      runColumns(out, data, test.op, right);
      break;
    }
  }
  return out;
}
