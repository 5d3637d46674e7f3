/** Why this file: what somebody who mistyped a name probably meant. */

/** More than this would be guessing. */
const MOST_SUGGESTIONS = 3;

/** Fewest insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance). */
export function editDistance(p: string, q: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: q.length + 1 }, (_, j) => j);
  for (let i = 1; i <= p.length; i++) {
    const row = [i];
    for (let j = 1; j <= q.length; j++) {
      const replaced = (last[j - 1] as number) + (p[i - 1] === q[j - 1] ? 0 : 1);
      let best = Math.min(replaced, (last[j] as number) + 1, (row[j - 1] as number) + 1);
      if (i > 1 && j > 1 && p[i - 1] === q[j - 2] && p[i - 2] === q[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] as number) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[q.length] as number;
}

/** Names close to a word, the closest first: one slip in three letters but of a single letter none, or the word is a part of the name. */
export function didYouMean(word: string, names: readonly string[]): string[] {
  const lower = word.toLowerCase();
  const allowed = lower.length < 2 ? 0 : Math.max(1, Math.floor(lower.length / 3));
  const scored: { name: string; score: number }[] = [];
  for (const name of new Set(names)) {
    const candidate = name.toLowerCase();
    if (lower.length >= 2 && candidate.includes(lower)) {
      scored.push({ name, score: candidate.startsWith(lower) ? 0.5 : allowed });
    } else if (Math.abs(candidate.length - lower.length) <= allowed) {
      const score = editDistance(lower, candidate);
      if (score <= allowed) scored.push({ name, score });
    }
  }
  return scored
    .sort((p, q) => p.score - q.score)
    .slice(0, MOST_SUGGESTIONS)
    .map(({ name }) => name);
}
