/**
 * Why this file: the grammar. It needs no columns: what the words name is `check.ts`'s affair.
 *
 *     query     = and { "or" and }
 *     and       = unary { ["and"] unary }
 *     unary     = "not" unary | ("ever" | "always") "(" query ")" | "(" query ")" | leaf
 *     leaf      = word operator word | word "in" "(" word { "," word } ")" | word
 */
import { type Query, QueryError, type Range, type Word } from "./ast";
import { lex, type Token } from "./lexer";

/** Deeper nesting than anybody means; beyond it the reader itself would run out of stack. */
const DEEPEST = 100;

class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** The token that comes next; a method, because it is another one after every `take`. */
  peek(): Token {
    return this.tokens[this.at] as Token;
  }

  take(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.at += 1;
    return token;
  }

  isKeyword(...keywords: string[]): boolean {
    const next = this.peek();
    return next.kind === "keyword" && keywords.includes(next.keyword);
  }

  expect(kind: Token["kind"], message: string): Token {
    if (this.peek().kind !== kind) throw new QueryError(message, this.peek());
    return this.take();
  }

  /** A word, or a keyword where no keyword can stand. */
  word(message: string): Word {
    const { from, to, ...token } = this.peek();
    if (token.kind === "word") {
      this.take();
      return { text: token.text, quoted: token.quoted, from, to };
    }
    const hint = token.kind === "keyword" ? ` Write "${token.text}" in quotes to mean the word.` : "";
    throw new QueryError(message + hint, { from, to });
  }

  nested<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > DEEPEST) throw new QueryError("This is nested too deeply to be read.", this.peek());
    const result = read();
    this.depth -= 1;
    return result;
  }
}

function span(from: Range, to: Range): Range {
  return { from: from.from, to: to.to };
}

function junction(kind: "and" | "or", items: readonly [Query, ...Query[]]): Query {
  const [first] = items;
  if (items.length === 1) return first;
  return { kind, items, ...span(first, items.at(-1) as Query) };
}

function readOr(reader: Reader): Query {
  const items: [Query, ...Query[]] = [readAnd(reader)];
  while (reader.isKeyword("or")) {
    reader.take();
    items.push(readAnd(reader));
  }
  return junction("or", items);
}

function startsUnary(reader: Reader): boolean {
  const { kind } = reader.peek();
  return kind === "word" || kind === "(" || reader.isKeyword("not", "ever", "always");
}

function readAnd(reader: Reader): Query {
  const items: [Query, ...Query[]] = [readUnary(reader)];
  while (true) {
    if (reader.isKeyword("and")) reader.take();
    else if (!startsUnary(reader)) break;
    items.push(readUnary(reader));
  }
  return junction("and", items);
}

function readParenthesis(reader: Reader): { query: Query; close: Token } {
  const open = reader.take();
  const query = reader.nested(() => readOr(reader));
  if (reader.peek().kind === "end") throw new QueryError("This ( is not closed: expected ).", open);
  return { query, close: reader.expect(")", 'Expected "and", "or" or ).') };
}

function readUnary(reader: Reader): Query {
  const token = reader.peek();
  if (token.kind === "keyword" && token.keyword === "not") {
    reader.take();
    const item = reader.nested(() => readUnary(reader));
    return { kind: "not", item, ...span(token, item) };
  }
  if (token.kind === "keyword" && (token.keyword === "ever" || token.keyword === "always")) {
    reader.take();
    if (reader.peek().kind !== "(") {
      throw new QueryError(`Expected ( behind ${token.keyword}, as in ${token.keyword}(pred=label).`, token);
    }
    const { query, close } = readParenthesis(reader);
    return { kind: token.keyword, item: query, ...span(token, close) };
  }
  if (token.kind === "(") return readParenthesis(reader).query;
  return readLeaf(reader);
}

function readLeaf(reader: Reader): Query {
  const column = reader.word(
    reader.peek().kind === "end"
      ? "The query ends here: expected a column, as in conf>0.8, or a word to look for."
      : "Expected a column, as in conf>0.8, or a word to look for.",
  );
  const next = reader.peek();
  if (next.kind === "operator") {
    const { op } = next;
    reader.take();
    const value = reader.word(`Expected a value or a column behind ${column.text}${op}.`);
    return { kind: "compare", column, op, value, ...span(column, value) };
  }
  if (reader.isKeyword("in")) {
    reader.take();
    return readAmong(reader, column);
  }
  return { kind: "bare", word: column, ...span(column, column) };
}

function readAmong(reader: Reader, column: Word): Query {
  const open = reader.expect("(", `Expected a list in ( ), as in ${column.text} in (a, b).`);
  const values = [reader.word("Expected a value.")];
  while (reader.peek().kind === ",") {
    reader.take();
    values.push(reader.word("Expected another value."));
  }
  if (reader.peek().kind === "end") throw new QueryError("This ( is not closed: expected ).", open);
  const close = reader.expect(")", "Expected a comma or ). A value of several words needs quotes.");
  return { kind: "in", column, values, ...span(column, close) };
}

/** The tree of a text; `null` for an empty one. Throws a `QueryError`. */
export function parse(text: string): Query | null {
  const reader = new Reader(lex(text));
  if (reader.peek().kind === "end") return null;
  const query = readOr(reader);
  const rest = reader.peek();
  if (rest.kind === ")") throw new QueryError("This ) closes nothing.", rest);
  if (rest.kind !== "end") throw new QueryError('Expected "and", "or" or the end.', rest);
  return query;
}
