/** What to give up when a query finds nothing: the one condition without which it finds most, or the limit to this epoch. */
import { joinChips, toChips, withoutChip } from "../../query/chips";
import { format } from "../../query/format";
import type { Store } from "../../state/store";

/** A query that finds something. */
export interface Relaxed {
  /** What is given up, in words. */
  readonly without: string;
  readonly text: string;
  readonly count: number;
}

/** Samples times epochs that may be looked through unasked. */
const MOST_LOOKED_AT = 4_000_000;

/** The nearest query that finds something; `null`: not even that helps. Costs one query a condition. */
export function relax(store: Store): Relaxed | null {
  const { explore, derived, data } = store;
  const { query, plan } = explore.reading.peek();
  if (query === null || plan === null) return null;
  const chips = toChips(query) ?? [];
  const candidates: Relaxed[] = [];
  if (chips.length > 1) {
    chips.forEach((chip, i) => {
      const rest = joinChips(chips.filter((_, k) => k !== i).map(({ query: item }) => item));
      if (rest === null) return;
      const count = explore.countOf(rest);
      candidates.push({ without: `without ${chip.text}`, text: withoutChip(chips, i), count });
    });
  }
  const work = (data.samples.peek()?.ids.length ?? 0) * derived.steps.peek().length;
  if (plan.timed && !plan.wholeRun && work <= MOST_LOOKED_AT) {
    const ever = { kind: "ever", item: query, from: query.from, to: query.to } as const;
    candidates.push({ without: "at any epoch", text: format(ever), count: explore.countOf(ever) });
  }
  const best = candidates.reduce<Relaxed | null>(
    (most, candidate) => (candidate.count > (most?.count ?? 0) ? candidate : most),
    null,
  );
  return best;
}
