/**
 * What the numbers of a map's faithfulness mean: their words, their floors and when a map deserves trust.
 *
 * A map that keeps nothing looks as pretty as one that keeps everything, so no number stands without the value that
 * chance alone would reach.
 */
import type { Faithfulness } from "../../data/types";
import { NOT_KNOWN, percent, plain } from "../../ui/format";

/** How far the map may be believed. */
export type Grade = "good" | "fair" | "poor" | "unknown";

/** One number of a frame's faithfulness. */
export interface Measure {
  /** Its key in the index. */
  readonly key: string;
  readonly name: string;
  /** One plain sentence: what it says about the picture. */
  readonly meaning: string;
  /** And one: when not to believe the picture. */
  readonly doubt: string;
  /** Key of the value that chance or the majority class would reach. */
  readonly floor: string | null;
  readonly floorName: string;
  readonly unit: "share" | "distance";
  readonly better: "higher" | "lower";
  /** From here on good, and from here on fair. Null for numbers that inform and are not judged. */
  readonly limits: readonly [good: number, fair: number] | null;
}

/**
 * Every measure that is shown, most important first.
 *
 * The limits come from measured maps: layouts of well-trained classifiers keep 40 to 60 % of 15 neighbours and reach
 * 0.97 of trust, PCA and single-pass encoders stay below 30 % and 0.9; held-out agreement above 90 % is what a decoder
 * that was trained on the model's own activations reaches.
 */
export const MEASURES: readonly Measure[] = [
  {
    key: "neighbours",
    name: "Neighbours kept",
    meaning: "Of a sample's nearest in the layer, those that are nearest on the map.",
    doubt: "Near chance, distances mean nothing.",
    floor: "neighbours_floor",
    floorName: "chance",
    unit: "share",
    better: "higher",
    limits: [0.4, 0.2],
  },
  {
    key: "ppr_held_out",
    name: "Decides as the model",
    meaning: "Held-out samples whose place on the map is classified as the model does.",
    doubt: "Below 90 %, borders are guesses.",
    floor: "ppr_floor",
    floorName: "largest class",
    unit: "share",
    better: "higher",
    limits: [0.9, 0.75],
  },
  {
    key: "boundary",
    name: "Boundary kept",
    meaning: "Of the decision boundary's points nearest to a sample, those nearest on the map.",
    doubt: "Near chance, borders lie elsewhere.",
    floor: "boundary_floor",
    floorName: "chance",
    unit: "share",
    better: "higher",
    limits: null,
  },
  {
    key: "fragments",
    name: "Unproven regions",
    meaning: "Background, near samples, in regions of a class that hold no sample of it.",
    doubt: "Large: islands without witnesses.",
    floor: null,
    floorName: "",
    unit: "share",
    better: "lower",
    limits: null,
  },
  {
    key: "trust",
    name: "Trustworthiness",
    meaning: "Near on the map means near in the layer.",
    doubt: "Low: false friends side by side.",
    floor: null,
    floorName: "",
    unit: "share",
    better: "higher",
    limits: [0.95, 0.85],
  },
  {
    key: "continuity",
    name: "Continuity",
    meaning: "Near in the layer means near on the map.",
    doubt: "Low: groups are torn apart.",
    floor: null,
    floorName: "",
    unit: "share",
    better: "higher",
    limits: [0.95, 0.85],
  },
  {
    key: "confidence_error_held_out",
    name: "Confidence error",
    meaning: "How far the background's confidence is from the model's, on held-out samples.",
    doubt: "Large: shades mean little.",
    floor: null,
    floorName: "",
    unit: "share",
    better: "lower",
    limits: [0.1, 0.2],
  },
  {
    key: "displacement",
    name: "Needless motion",
    meaning: "How far samples moved whose neighbours stayed, in map radii.",
    doubt: "Large: do not read motion.",
    floor: null,
    floorName: "",
    unit: "distance",
    better: "lower",
    limits: [0.06, 0.15],
  },
  {
    key: "placed",
    name: "Samples placed",
    meaning: "Samples with finite activations; the others are not on the map.",
    doubt: "Below 100 %: the model has diverged.",
    floor: null,
    floorName: "",
    unit: "share",
    better: "higher",
    limits: [1, 0.99],
  },
];

/** The value of a measure at a frame, or null. */
export function measured(faithfulness: Faithfulness, key: string, frame: number): number | null {
  const value = faithfulness[key]?.[frame];
  return value === undefined || value === null || !Number.isFinite(value) ? null : value;
}

/** The value that chance would reach in a measure at a frame; null where there is none. */
export function floorOf(measure: Measure, faithfulness: Faithfulness, frame: number): number | null {
  return measure.floor === null ? null : measured(faithfulness, measure.floor, frame);
}

/** The value in words. */
export function inWords(measure: Measure, value: number | null): string {
  if (value === null) return NOT_KNOWN;
  return measure.unit === "share" ? percent(value) : plain(value);
}

/**
 * How good a value is by its measure's limits. Where chance alone would be called good, a good value says nothing, because a
 * model that predicts one class only is imitated by any map; a bad one still does.
 */
export function grade(measure: Measure, value: number | null, floor: number | null): Grade {
  if (value === null || measure.limits === null) return "unknown";
  const [good, fair] = measure.limits;
  const sign = measure.better === "higher" ? 1 : -1;
  // Judged as it is read: what shows as 95 % must not count as less.
  const shown = measure.unit === "share" ? Math.round(value * 100) / 100 : value;
  if (sign * shown >= sign * good) return floor !== null && sign * floor >= sign * good ? "unknown" : "good";
  return sign * shown >= sign * fair ? "fair" : "poor";
}

/** From here on the largest class alone explains so much agreement that the badge has to name it. */
const TELLING_FLOOR = 0.5;

/** A share that reaches less than this many times what chance would is hardly better than chance. */
const NEAR_CHANCE = 3;

/**
 * What of a frame must not be believed, in a few words each; none when all is well. These stand on the map itself, because
 * nobody opens a panel to learn that there was a reason to open it.
 */
export function doubts(faithfulness: Faithfulness, frame: number): readonly string[] {
  const found: string[] = [];
  const graded = (key: string) => {
    const measure = MEASURES.find((m) => m.key === key) as Measure;
    const value = measured(faithfulness, key, frame);
    return { value, grade: grade(measure, value, floorOf(measure, faithfulness, frame)) };
  };
  const decides = graded("ppr_held_out");
  if (decides.value !== null && (decides.grade === "fair" || decides.grade === "poor")) {
    found.push(`background wrong on ${percent(1 - decides.value)} of held-out samples`);
  }
  const kept = measured(faithfulness, "neighbours", frame);
  const chance = measured(faithfulness, "neighbours_floor", frame);
  if (kept !== null && chance !== null && kept < NEAR_CHANCE * chance) {
    found.push("neighbours hardly better than chance");
  }
  if (graded("displacement").grade === "poor") found.push("samples drift without cause");
  return found;
}

/** What the badge says about one frame. */
export interface BadgeText {
  readonly grade: Grade;
  readonly doubts: readonly string[];
  /** Value and floor in words; null when the number could not be computed. */
  readonly neighbours: { readonly value: string; readonly floor: string | null } | null;
  readonly decides: { readonly value: string; readonly floor: string | null } | null;
}

/** A map is as good as the worse of the two numbers that the badge shows, and never faithful while there are doubts. */
export function badgeText(faithfulness: Faithfulness, frame: number): BadgeText {
  const order: readonly Grade[] = ["poor", "fair", "unknown", "good"];
  const judged: Grade[] = [];
  for (const measure of MEASURES.slice(0, 2)) {
    const value = measured(faithfulness, measure.key, frame);
    if (value !== null) judged.push(grade(measure, value, floorOf(measure, faithfulness, frame)));
  }
  const doubted = doubts(faithfulness, frame);
  if (doubted.length > 0) judged.push("fair");
  const kept = measured(faithfulness, "neighbours", frame);
  const floor = measured(faithfulness, "neighbours_floor", frame);
  const decides = measured(faithfulness, "ppr_held_out", frame);
  const majority = measured(faithfulness, "ppr_floor", frame);
  return {
    doubts: doubted,
    grade: order.find((g) => judged.includes(g)) ?? "unknown",
    neighbours:
      kept === null ? null : { value: percent(kept), floor: floor === null ? null : percent(floor) },
    decides:
      decides === null
        ? null
        : {
            value: percent(decides),
            floor: majority !== null && majority >= TELLING_FLOOR ? percent(majority) : null,
          },
  };
}
