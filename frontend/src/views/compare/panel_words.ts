/** Why this file: what the title of a panel says of its map, in words: how it lies over panel A, and what cannot be compared. */
import type { Compare } from "../../state/compare";
import type { OtherPanel } from "../../state/compare_panel";
import { plural } from "../../ui/format";

/** Panels by their place. */
export const LETTERS = ["A", "B", "C", "D"] as const;

/** R squared as it is written: ".87", "1". */
function share(value: number): string {
  return value >= 0.995 ? "1" : value.toFixed(2).replace(/^0/, "");
}

/** A short phrase, and a sentence for those who want to know; `null` while that is not known. */
export function relationWords(panel: OtherPanel): { readonly short: string; readonly long: string } | null {
  switch (panel.relation.value) {
    case "same":
      return { short: "same map", long: "The same run, layer and method as panel A: places mean the same." };
    case "joint":
      return { short: "joint map", long: "Drawn together with panel A's map: places mean the same." };
    case "procrustes": {
      const fit = panel.fit.value;
      const step = panel.steps.value[panel.reference.value?.[1] ?? -1];
      return {
        short: `aligned by Procrustes, fit R² ${share(fit?.r2 ?? 0)}`,
        long:
          `Turned or mirrored, scaled and shifted as a whole so that ${plural(fit?.pairs ?? 0, "sample")} lie as near ` +
          `to their places in panel A as they can at step ${step}. With R² near 0 places still mean little.`,
      };
    }
    case "drawn":
      return {
        short: "as drawn",
        long: "Drawn apart from panel A's map: places and directions cannot be compared.",
      };
    case "impossible":
      return {
        short: "as drawn, cannot be aligned",
        long: "Fewer than three samples have a place on both maps, so nothing says how to turn one onto the other.",
      };
    case "waiting":
      return null;
  }
}

/** What of the samples has no partner; "" when all have. */
export function unmatchedWords(panel: OtherPanel): string {
  const match = panel.match.value;
  if (match === null) return "";
  return [
    match.lacking > 0 ? `lacks ${plural(match.lacking, "sample")} of A` : "",
    match.left > 0 ? `${plural(match.left, "sample")} of its own not drawn` : "",
    panel.relabelled.value > 0 ? `${plural(panel.relabelled.value, "label")} differ from A's` : "",
  ]
    .filter((part) => part !== "")
    .join(", ");
}

/** Whether the switch "as drawn" changes anything. */
export function canAlign(compare: Compare): boolean {
  return compare.others.value.some((panel) => ["procrustes", "drawn"].includes(panel.relation.value));
}
