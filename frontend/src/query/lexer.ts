/** Why this file: cuts a query's text into words and signs; every sign says where it was. */
import { OPERATORS, type Operator, QueryError, type Range } from "./ast";

export const KEYWORDS = ["and", "or", "not", "in", "ever", "always"] as const;
export type Keyword = (typeof KEYWORDS)[number];

export type Token = Range &
  (
    | { readonly kind: "word"; readonly text: string; readonly quoted: boolean }
    | { readonly kind: "keyword"; readonly keyword: Keyword; readonly text: string }
    | { readonly kind: "operator"; readonly op: Operator }
    | { readonly kind: "(" | ")" | "," }
    | { readonly kind: "end" }
  );

/** Ends a word that is not in quotes. */
const ENDS_WORD = /[\s()=<>~,]/;
const LONGEST_FIRST = [...OPERATORS].sort((p, q) => q.length - p.length);

function operatorAt(text: string, at: number): { op: Operator; length: number } | null {
  // Programmers write it twice out of habit.
  if (text.startsWith("==", at)) return { op: "=", length: 2 };
  const op = LONGEST_FIRST.find((candidate) => text.startsWith(candidate, at));
  return op === undefined ? null : { op, length: op.length };
}

/** A text in quotes; a backslash takes the next character as it is. */
function quotedAt(text: string, from: number): { value: string; to: number } {
  const quote = text[from];
  let value = "";
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === quote) return { value, to: at + 1 };
    if (text[at] === "\\" && at + 1 < text.length) at += 1;
    value += text[at];
  }
  throw new QueryError(`This ${quote} is not closed: expected another ${quote}.`, { from, to: text.length });
}

function wordAt(text: string, from: number): number {
  let to = from;
  while (to < text.length && !ENDS_WORD.test(text[to] as string) && !text.startsWith("!=", to)) to += 1;
  return to;
}

/** All tokens of a text, and an "end" behind them. */
export function lex(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const sign = text[at] as string;
    if (/\s/.test(sign)) {
      at += 1;
      continue;
    }
    const operator = operatorAt(text, at);
    if (operator !== null) {
      tokens.push({ kind: "operator", op: operator.op, from: at, to: at + operator.length });
    } else if (sign === "(" || sign === ")" || sign === ",") {
      tokens.push({ kind: sign, from: at, to: at + 1 });
    } else if (sign === '"' || sign === "'") {
      const { value, to } = quotedAt(text, at);
      tokens.push({ kind: "word", text: value, quoted: true, from: at, to });
    } else {
      const to = wordAt(text, at);
      const word = text.slice(at, to);
      const keyword = KEYWORDS.find((candidate) => candidate === word.toLowerCase());
      if (keyword !== undefined) tokens.push({ kind: "keyword", keyword, text: word, from: at, to });
      else tokens.push({ kind: "word", text: word, quoted: false, from: at, to });
    }
    at = (tokens.at(-1) as Token).to;
  }
  tokens.push({ kind: "end", from: text.length, to: text.length });
  return tokens;
}
