/** Names of the run's own columns, for people who have not read the query language's. */

const WORDS: Readonly<Record<string, string>> = {
  pred: "prediction",
  correct: "right or wrong",
  conf: "confidence",
  margin: "margin",
  loss: "loss",
  entropy: "entropy",
  label_quality: "label quality",
  runner_up: "second class",
  kept: "neighbours kept",
  moved: "movement",
  flips: "flips",
  forgotten: "forgotten",
  learned_at: "learned at",
  role: "role in active learning",
  held_out: "held out",
};

/** `null`: a column of the user's. */
export function columnWords(name: string): string | null {
  return WORDS[name] ?? null;
}
