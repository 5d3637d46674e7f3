/** Why this file: people who click edit the same text: each condition of a conjunction is a chip that can go or be turned. */
import type { Query } from "./ast";
import { format } from "./format";

export interface Chip {
  readonly text: string;
  /** It starts with "not". */
  readonly negated: boolean;
  readonly query: Query;
}

function conjuncts(query: Query): readonly Query[] {
  return query.kind === "and" ? query.items.flatMap(conjuncts) : [query];
}

/** Chips of a conjunction; `null` for a query that is an alternative and cannot be taken apart. */
export function toChips(query: Query): readonly Chip[] | null {
  if (query.kind === "or") return null;
  return conjuncts(query).map((item) => ({ text: format(item), negated: item.kind === "not", query: item }));
}

/** The conjunction of chips; `null` of none. */
export function joinChips(chips: readonly Query[]): Query | null {
  const [first] = chips;
  if (first === undefined) return null;
  if (chips.length === 1) return first;
  return { kind: "and", items: chips, from: first.from, to: first.to };
}

/** The text without one chip. */
export function withoutChip(chips: readonly Chip[], at: number): string {
  const rest = joinChips(chips.filter((_, i) => i !== at).map(({ query }) => query));
  return rest === null ? "" : format(rest);
}

/** The text with one chip turned into its opposite. */
export function turnChip(chips: readonly Chip[], at: number): string {
  const turned = chips.map(({ query }, i): Query => {
    if (i !== at) return query;
    if (query.kind === "not") return query.item;
    return { kind: "not", item: query, from: query.from, to: query.to };
  });
  const all = joinChips(turned);
  return all === null ? "" : format(all);
}
