/** Why this file: computes one leaf over all samples: a tight loop for each kind of column. */
import type { Operator } from "./ast";
import { SEARCHED, type Test } from "./check";
import type { ColumnData, Numbers, RowSource } from "./columns";

/** Equality of numbers that were not stored in steps: what rounding may do. */
const EXACT = 1e-9;

/** Lower-cased columns of text: texts do not change, and lowering 100,000 of them takes longer than searching them. */
const lowered = new WeakMap<readonly string[], readonly string[]>();

function lower(values: readonly string[]): readonly string[] {
  let kept = lowered.get(values);
  if (kept === undefined) {
    kept = values.map((value) => value.toLowerCase());
    lowered.set(values, kept);
  }
  return kept;
}

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
  const wanted = new Set(needles);
  const texts = lower(values);
  for (let i = 0; i < out.length; i++) {
    const text = texts[i] as string;
    out[i] = (whole ? wanted.has(text) : needles.some((needle) => text.includes(needle))) ? 1 : 0;
  }
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
    case "number": {
      const { values, quantum } = kindOf(data, "number");
      compareNumbers(out, values, test.op, Float64Array.of(test.value), quantum / 2 + EXACT);
      break;
    }
    case "numbers": {
      const { values, quantum } = kindOf(data, "number");
      for (const wanted of test.values) {
        for (let i = 0; i < out.length; i++) {
          if (Math.abs((values[i] as number) - wanted) <= quantum / 2 + EXACT) out[i] = 1;
        }
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
