/** Why this file: writes a tree as text again, the one way that everybody's clicks and links spell it. */
import type { Leaf, Query, Word } from "./ast";
import { KEYWORDS } from "./lexer";

const NEEDS_QUOTES = /[\s()=<>~,]|!=|^["']|^$/;

/** A value as it must be typed; in quotes where it would be read as something else. */
export function formatWord(text: string, quoted: boolean): string {
  const keyword = KEYWORDS.some((candidate) => candidate === text.toLowerCase());
  if (!quoted && !keyword && !NEEDS_QUOTES.test(text)) return text;
  return `"${text.replaceAll(/[\\"]/g, (sign) => `\\${sign}`)}"`;
}

function word({ text, quoted }: Word): string {
  return formatWord(text, quoted);
}

function formatLeaf(leaf: Leaf): string {
  if (leaf.kind === "compare") return `${word(leaf.column)}${leaf.op}${word(leaf.value)}`;
  if (leaf.kind === "in") return `${word(leaf.column)} in (${leaf.values.map(word).join(", ")})`;
  return word(leaf.word);
}

/** The text of a tree; reading it gives the same tree. */
export function format(query: Query): string {
  switch (query.kind) {
    case "and":
    case "or":
      return query.items.map((item) => inside(item, query.kind)).join(` ${query.kind} `);
    case "not":
      return `not ${inside(query.item, "not")}`;
    case "ever":
    case "always":
      return `${query.kind}(${format(query.item)})`;
    default:
      return formatLeaf(query);
  }
}

function inside(item: Query, around: "and" | "or" | "not"): string {
  const junction = item.kind === "and" || item.kind === "or";
  // Also around a junction of the same kind: it was grouped on purpose, and reading it back keeps the group.
  const loose = junction && !(around === "or" && item.kind === "and");
  return loose ? `(${format(item)})` : format(item);
}
