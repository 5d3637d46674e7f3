/** Why this file: what a query is once it was read: a tree whose leaves know which characters they came from. */

/** Characters [from, to) of the query's text. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** One word as it was typed. In quotes it is a value, whatever it spells. */
export interface Word extends Range {
  readonly text: string;
  readonly quoted: boolean;
}

export const OPERATORS = ["=", "!=", "<", "<=", ">", ">=", "~"] as const;
export type Operator = (typeof OPERATORS)[number];

/** `column op value`; the value may be another column. */
export interface Compare extends Range {
  readonly kind: "compare";
  readonly column: Word;
  readonly op: Operator;
  readonly value: Word;
}

/** `column in (a, b)` */
export interface Among extends Range {
  readonly kind: "in";
  readonly column: Word;
  readonly values: readonly Word[];
}

/** A word alone: a column that is true or false, or a text that is looked for. */
export interface Bare extends Range {
  readonly kind: "bare";
  readonly word: Word;
}

export type Leaf = Compare | Among | Bare;

export interface Junction extends Range {
  readonly kind: "and" | "or";
  /** At least two. */
  readonly items: readonly Query[];
}

/** `not x`, and `ever(x)`, `always(x)` over every epoch instead of the one shown. */
export interface Prefix extends Range {
  readonly kind: "not" | "ever" | "always";
  readonly item: Query;
}

export type Query = Leaf | Junction | Prefix;

/** What is wrong with a query, and where: `message` says what was expected. */
export class QueryError extends Error {
  override readonly name = "QueryError";
  constructor(
    message: string,
    readonly range: Range,
    /** Words that may have been meant in place of the range's text. */
    readonly instead: readonly string[] = [],
  ) {
    super(message);
  }
}
