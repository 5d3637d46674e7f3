/** Why this file: what can be typed next, so that a query can be built without knowing the language, or by clicks alone. */
import { QueryError } from "./ast";
import { operatorsOf } from "./check";
import { type ColumnInfo, NONE, type Schema } from "./columns";
import { formatWord } from "./format";
import { lex, type Token } from "./lexer";
import { didYouMean } from "./suggest";

export interface Completion {
  readonly label: string;
  /** What replaces the characters from `from` to `to`. */
  readonly insert: string;
  readonly says: string;
}

export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly items: readonly Completion[];
}

/** A list longer than this is scrolled through by nobody. */
const MOST_ITEMS = 50;

const OPERATOR_SAYS: Readonly<Record<string, string>> = {
  "=": "is",
  "!=": "is not",
  "<": "below",
  "<=": "at most",
  ">": "above",
  ">=": "at least",
  "~": "contains",
};

/** Tokens before the caret; an open quote counts as a word that goes on. */
function tokensBefore(text: string): Token[] {
  try {
    return lex(text).slice(0, -1);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const { from } = error.range;
    const open: Token = { kind: "word", text: text.slice(from + 1), quoted: true, from, to: text.length };
    return [...lex(text.slice(0, from)).slice(0, -1), open];
  }
}

/** Those that start with what was typed, then those that contain it, then those that it may have meant. */
function matching(items: readonly Completion[], typed: string): readonly Completion[] {
  const lower = typed.toLowerCase();
  const starts = items.filter(({ label }) => label.toLowerCase().startsWith(lower));
  const contains = items.filter(
    ({ label }) => !label.toLowerCase().startsWith(lower) && label.toLowerCase().includes(lower),
  );
  const found = [...starts, ...contains];
  if (found.length > 0) return found.slice(0, MOST_ITEMS);
  const meant = didYouMean(
    typed,
    items.map(({ label }) => label),
  );
  return items.filter(({ label }) => meant.includes(label));
}

function operands(schema: Schema): Completion[] {
  const columns = schema.columns
    .filter(({ absent }) => absent === "")
    .map(({ name, says, flag }) => ({ label: name, insert: flag ? `${name} ` : name, says }));
  return [
    ...columns,
    { label: "not", insert: "not ", says: "the opposite of what follows" },
    { label: "ever", insert: "ever(", says: "at any epoch, not only this one" },
    { label: "always", insert: "always(", says: "at every epoch" },
  ];
}

function operators(column: ColumnInfo): Completion[] {
  const signs = operatorsOf(column).map((op) => ({ label: op, insert: op, says: OPERATOR_SAYS[op] ?? "" }));
  return [...signs, { label: "in", insert: " in (", says: "one of a list" }];
}

function values(column: ColumnInfo, schema: Schema, listed: boolean): Completion[] {
  const end = listed ? "" : " ";
  const own = column.values.map((value) => ({
    label: value,
    insert: formatWord(value, schema.find(value) !== undefined) + end,
    says: "",
  }));
  if (listed) return own;
  const comparable = column.kind === "number" || (column.kind === "category" && !column.flag);
  const others = schema.columns.filter(
    ({ name, kind, flag, absent }) =>
      comparable && kind === column.kind && !flag && absent === "" && name !== column.name,
  );
  const none = { label: NONE, insert: `${NONE} `, says: "has no value" };
  return [
    ...own,
    ...others.map(({ name }) => ({ label: name, insert: `${name} `, says: "the column" })),
    ...(column.kind === "text" ? [] : [none]),
  ];
}

function connectors(depth: number): Completion[] {
  const both = [
    { label: "and", insert: "and ", says: "both must hold" },
    { label: "or", insert: "or ", says: "either may hold" },
  ];
  return depth > 0 ? [...both, { label: ")", insert: ")", says: "closes the group" }] : both;
}

/** The column whose list of values the tokens end in; `undefined` outside a list. */
function listColumn(tokens: readonly Token[], schema: Schema): ColumnInfo | undefined {
  const open = tokens.findLastIndex(({ kind }) => kind === "(");
  const inside = tokens.slice(open + 1).every(({ kind }) => kind === "word" || kind === ",");
  const [column, keyword] = tokens.slice(Math.max(0, open - 2), open);
  const isList = keyword?.kind === "keyword" && keyword.keyword === "in";
  return open >= 2 && inside && isList && column?.kind === "word" ? schema.find(column.text) : undefined;
}

function next(tokens: readonly Token[], schema: Schema): Completion[] {
  const last = tokens.at(-1);
  const before = tokens.at(-2);
  const depth =
    tokens.filter(({ kind }) => kind === "(").length - tokens.filter(({ kind }) => kind === ")").length;
  const list = listColumn(tokens, schema);
  if (list !== undefined) {
    if (last?.kind !== "word") return values(list, schema, true);
    return [
      { label: ",", insert: ", ", says: "another value" },
      { label: ")", insert: ") ", says: "closes the list" },
    ];
  }
  if (last?.kind === "operator") {
    const column = before?.kind === "word" ? schema.find(before.text) : undefined;
    return column === undefined ? [] : values(column, schema, false);
  }
  if (last?.kind === "word") {
    const column = before?.kind === "operator" || last.quoted ? undefined : schema.find(last.text);
    if (column === undefined) return connectors(depth);
    return column.flag ? [...connectors(depth), ...operators(column)] : operators(column);
  }
  if (last?.kind === ")") return connectors(depth);
  if (last?.kind === "keyword" && last.keyword === "in") return [{ label: "(", insert: "(", says: "a list" }];
  return operands(schema);
}

/** What can stand at the caret. */
export function complete(text: string, caret: number, schema: Schema): Completions {
  const tokens = tokensBefore(text.slice(0, caret));
  const last = tokens.at(-1);
  const typing = last !== undefined && last.to === caret && (last.kind === "word" || last.kind === "keyword");
  if (!typing) return { from: caret, to: caret, items: next(tokens, schema).slice(0, MOST_ITEMS) };

  const rest = /^[^\s()=!<>~,"']*/.exec(text.slice(caret))?.[0] ?? "";
  const found = matching(next(tokens.slice(0, -1), schema), last.text);
  const whole =
    found.length === 1 && found[0]?.label.toLowerCase() === last.text.toLowerCase() && rest === "";
  // Everything is typed already: what comes behind it is the better help.
  if (whole && last.kind === "word" && !last.quoted) {
    return { from: caret, to: caret, items: next(tokens, schema).slice(0, MOST_ITEMS) };
  }
  return { from: last.from, to: caret + rest.length, items: found };
}
