/** Why this file: finds the column and the values that a leaf names, or says what was expected in their place. */
import { type Among, type Bare, type Compare, type Leaf, type Operator, QueryError, type Word } from "./ast";
import { type ColumnInfo, NONE, type Schema } from "./columns";
import { formatWord } from "./format";
import { didYouMean } from "./suggest";

/** A leaf that can be computed. */
export type Test =
  | { readonly kind: "number"; readonly column: string; readonly op: Operator; readonly value: number }
  | { readonly kind: "numbers"; readonly column: string; readonly values: readonly number[] }
  | {
      readonly kind: "codes";
      readonly column: string;
      /** 1 for each code that counts. */
      readonly accepted: Uint8Array;
      /** Instead: no code counts. Tags only; a category's missing value fits neither way. */
      readonly negate: boolean;
    }
  | { readonly kind: "missing"; readonly column: string; readonly negate: boolean }
  | {
      readonly kind: "text";
      readonly column: string;
      readonly needles: readonly string[];
      readonly whole: boolean;
      readonly negate: boolean;
    }
  | { readonly kind: "search"; readonly needle: string }
  | { readonly kind: "columns"; readonly a: string; readonly op: Operator; readonly b: string };

const KINDS: Readonly<Record<ColumnInfo["kind"], string>> = {
  number: "a number",
  category: "a category",
  tags: "a list of tags",
  text: "a text",
};

const OPERATORS_OF: Readonly<Record<ColumnInfo["kind"], readonly Operator[]>> = {
  number: ["=", "!=", "<", "<=", ">", ">="],
  category: ["=", "!=", "~"],
  tags: ["=", "!=", "~"],
  text: ["=", "!=", "~"],
};

/** Operators that a column understands, for its messages and for completion. */
export function operatorsOf({ kind }: ColumnInfo): readonly Operator[] {
  return OPERATORS_OF[kind];
}

function meant(names: readonly string[]): string {
  const quoted = names.map((name) => formatWord(name, false));
  return quoted.length === 0 ? "" : ` Did you mean ${quoted.join(" or ")}?`;
}

function columnOf(word: Word, schema: Schema): ColumnInfo {
  const column = word.quoted ? undefined : schema.find(word.text);
  if (column === undefined) {
    const names = didYouMean(
      word.text,
      schema.columns.map(({ name }) => name),
    );
    const list = names.length > 0 ? "" : ` There are ${schema.columns.map(({ name }) => name).join(", ")}.`;
    throw new QueryError(`There is no column "${word.text}".${meant(names)}${list}`, word, names);
  }
  if (column.absent !== "") throw new QueryError(column.absent, word);
  return column;
}

/** "0.8" or "80%". */
function parseNumber(text: string): number | null {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%?)$/i.exec(text);
  if (match === null) return null;
  return Number(match[1]) / (match[2] === "%" ? 100 : 1);
}

function numberOf(word: Word, column: ColumnInfo): number {
  const value = word.quoted ? null : parseNumber(word.text);
  if (value !== null) return value;
  throw new QueryError(`${column.name} is a number: expected one, as in ${column.name}>0.5.`, word);
}

/** Codes that a word names: by name whatever its case, else by number. Empty: none. */
function codesOf(word: Word, { values }: ColumnInfo): number[] {
  const lower = word.text.toLowerCase();
  const named = [...values.keys()].filter((code) => values[code]?.toLowerCase() === lower);
  if (named.length > 0 || word.quoted || !/^\d+$/.test(word.text)) return named;
  return Number(word.text) < values.length ? [Number(word.text)] : [];
}

function acceptedCodes(words: readonly Word[], column: ColumnInfo): Uint8Array {
  const accepted = new Uint8Array(column.values.length);
  for (const word of words) {
    const codes = codesOf(word, column);
    if (codes.length === 0) {
      const names = didYouMean(word.text, column.values);
      const few = names.length === 0 && column.values.length <= 12;
      const list = few ? ` It has ${column.values.map((value) => formatWord(value, false)).join(", ")}.` : "";
      throw new QueryError(`${column.name} has no value "${word.text}".${meant(names)}${list}`, word, names);
    }
    for (const code of codes) accepted[code] = 1;
  }
  return accepted;
}

function isNone(word: Word, column: ColumnInfo): boolean {
  if (word.quoted || word.text.toLowerCase() !== NONE) return false;
  if (column.kind === "category" || column.kind === "tags") return codesOf(word, column).length === 0;
  return column.kind === "number";
}

function checkColumns(leaf: Compare, a: ColumnInfo, b: ColumnInfo): Test {
  if (a.kind !== b.kind || (a.kind !== "number" && a.kind !== "category")) {
    const message =
      `${a.name} is ${KINDS[a.kind]} and ${b.name} ${KINDS[b.kind]}: expected two numbers or two categories. ` +
      `Write "${leaf.value.text}" in quotes to mean the word.`;
    throw new QueryError(message, leaf.value);
  }
  return { kind: "columns", a: a.name, op: leaf.op, b: b.name };
}

/** The column that the right side names, unless it is plainly a value of the left one. */
function columnAtRight({ op, value }: Compare, left: ColumnInfo, schema: Schema): ColumnInfo | undefined {
  const right = value.quoted || op === "~" ? undefined : schema.find(value.text);
  const isValue = right !== undefined && right.kind !== left.kind && codesOf(value, left).length > 0;
  return isValue ? undefined : right;
}

function checkCompare(leaf: Compare, schema: Schema): Test {
  const { op, value } = leaf;
  if (parseNumber(leaf.column.text) !== null && schema.find(leaf.column.text) === undefined) {
    const turned = `Expected a column first, as in ${value.text || "conf"}>${leaf.column.text}.`;
    throw new QueryError(turned, leaf.column);
  }
  const column = columnOf(leaf.column, schema);
  const allowed = operatorsOf(column);
  if (!allowed.includes(op)) {
    const message = `${column.name} is ${KINDS[column.kind]}: expected ${allowed.join(" ")} or in, not ${op}.`;
    throw new QueryError(message, { from: leaf.column.to, to: value.from });
  }
  const right = columnAtRight(leaf, column, schema);
  if (right !== undefined) return checkColumns(leaf, column, columnOf(value, schema));
  const negate = op === "!=";
  if (op !== "~" && isNone(value, column)) {
    if (op === "=" || negate) return { kind: "missing", column: column.name, negate };
  }
  switch (column.kind) {
    case "number":
      return { kind: "number", column: column.name, op, value: numberOf(value, column) };
    case "text":
      return {
        kind: "text",
        column: column.name,
        needles: [value.text.toLowerCase()],
        whole: op !== "~",
        negate,
      };
    default: {
      if (op === "~") {
        const needle = value.text.toLowerCase();
        const accepted = Uint8Array.from(column.values, (name) =>
          Number(name.toLowerCase().includes(needle)),
        );
        return { kind: "codes", column: column.name, accepted, negate: false };
      }
      return codesTest(column, acceptedCodes([value], column), negate);
    }
  }
}

function codesTest(column: ColumnInfo, accepted: Uint8Array, negate: boolean): Test {
  if (!negate || column.kind === "tags") return { kind: "codes", column: column.name, accepted, negate };
  return { kind: "codes", column: column.name, accepted: accepted.map((one) => 1 - one), negate: false };
}

function checkAmong({ column: word, values }: Among, schema: Schema): Test {
  const column = columnOf(word, schema);
  switch (column.kind) {
    case "number":
      return {
        kind: "numbers",
        column: column.name,
        values: values.map((value) => numberOf(value, column)),
      };
    case "text":
      return {
        kind: "text",
        column: column.name,
        needles: values.map(({ text }) => text.toLowerCase()),
        whole: true,
        negate: false,
      };
    default:
      return codesTest(column, acceptedCodes(values, column), false);
  }
}

function checkBare({ word }: Bare, schema: Schema): Test {
  const column = word.quoted ? undefined : schema.find(word.text);
  if (column === undefined) return { kind: "search", needle: word.text.toLowerCase() };
  if (column.absent !== "") throw new QueryError(column.absent, word);
  if (!column.flag) {
    const message =
      `${column.name} is a column: expected ${operatorsOf(column).join(" ")} or in behind it. ` +
      `Write "${word.text}" in quotes to look for the word.`;
    throw new QueryError(message, word);
  }
  const accepted = Uint8Array.from(column.values, (name) => Number(name.toLowerCase() === "true"));
  return { kind: "codes", column: column.name, accepted, negate: false };
}

/** What a leaf asks. Throws a `QueryError`. */
export function checkLeaf(leaf: Leaf, schema: Schema): Test {
  if (leaf.kind === "compare") return checkCompare(leaf, schema);
  return leaf.kind === "in" ? checkAmong(leaf, schema) : checkBare(leaf, schema);
}

/** Names of the columns that a test reads. */
export function columnsOf(test: Test): readonly string[] {
  if (test.kind === "search") return SEARCHED;
  return test.kind === "columns" ? [test.a, test.b] : [test.column];
}

/** Where a word alone is looked for. */
export const SEARCHED: readonly string[] = ["id", "text", "label"];
