/** Why this file: what the section Tasks says in words: of its measures, of what became of a task, of its figures. */
import type { Fate, TaskMeasure } from "../../state/tasks";
import { percent, plain } from "../../ui/format";

export interface MeasureWords {
  readonly measure: TaskMeasure;
  readonly title: string;
  readonly says: string;
  /** Shares of 1, shown from 0 to 1. */
  readonly share: boolean;
}

export const TASK_MEASURES: readonly MeasureWords[] = [
  {
    measure: "accuracy",
    title: "accuracy",
    share: true,
    says: "Share of the task's samples that the network predicts as labelled.",
  },
  {
    measure: "probe_accuracy",
    title: "linear-probe accuracy",
    share: true,
    says: "Accuracy of a linear classifier fitted to half of the task's samples as the layer has them, on the other half: what the layer still knows, whatever the network's head makes of it.",
  },
  {
    measure: "separation",
    title: "separation",
    share: false,
    says: "Logarithm of the scatter between the task's classes over the scatter within them.",
  },
  {
    measure: "agreement",
    title: "neighbour agreement",
    share: true,
    says: "Share of the 10 nearest neighbours of the task's samples that have the same label.",
  },
  {
    measure: "gap",
    title: "smallest gap between two classes",
    share: false,
    says: "Of the two of the task's classes that are nearest: logarithm of the squared distance between their centres over the sum of their mean squared distances to their own centre. Below 0 they overlap.",
  },
  {
    measure: "similarity",
    title: "similarity to the end of the task",
    share: true,
    says: "Linear CKA of the task's samples with the snapshot at the end of the task; not defined before.",
  },
  {
    measure: "drift",
    title: "drift since the end of the task",
    share: true,
    says: "Distance of the task's samples from the snapshot at the end of the task after the best rotation; not defined before.",
  },
];

export function wordsOf(measure: TaskMeasure): MeasureWords {
  return TASK_MEASURES.find((one) => one.measure === measure) ?? (TASK_MEASURES[0] as MeasureWords);
}

/** A number of a measure as cells have it: shares in whole percents, without the sign. */
export function cellText({ share }: MeasureWords, value: number): string {
  return share ? String(Math.round(100 * value)) : value.toFixed(1).replace("-", "−");
}

/** The same in a sentence. */
export function valueWords({ share, measure }: MeasureWords, value: number): string {
  if (Number.isNaN(value)) return "not known";
  return share && measure !== "drift" ? percent(value) : plain(value).replace("-", "−");
}

/** "+3.2 %": transfer has a direction. */
export function signed(value: number): string {
  const text = percent(value).replace("-", "−");
  return value > 0 ? `+${text}` : text;
}

/** "task 1: the head forgot (accuracy 3 %, linear probe 94 %)" */
export function fateWords(name: string, { end, now, loss }: Fate): string {
  const numbers = `accuracy ${percent(now.accuracy)}, linear probe ${percent(now.probe)}`;
  switch (loss) {
    case "head":
      return `${name}: the head forgot (${numbers})`;
    case "representation":
      return `${name}: the representation forgot (${numbers}; the probe had ${percent(end.probe)})`;
    case "both":
      return `${name}: head and representation forgot (${numbers}; the probe had ${percent(end.probe)})`;
    case "kept":
      return `${name}: kept (${numbers}; it had ${percent(end.accuracy)})`;
    default:
      return `${name}: ${numbers}; what was lost where cannot be said`;
  }
}
