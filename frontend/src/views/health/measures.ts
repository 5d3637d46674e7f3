/** Why this file: what each measure is called, what it means, which direction is bad, and how its numbers are written. */
import { percent, plain } from "../../ui/format";

export type Group = "geometry" | "stability" | "outcomes" | "training";

/** In the order of the page. */
export const GROUPS: readonly { readonly name: Group; readonly title: string; readonly says: string }[] = [
  { name: "geometry", title: "Geometry", says: "where each layer puts the samples" },
  { name: "stability", title: "Stability", says: "how much that changed since the snapshot before" },
  { name: "outcomes", title: "Outcomes", says: "what the whole network predicts" },
  { name: "training", title: "Training", says: "whether the layers still learn" },
];

export interface Measure {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly group: Group;
  /** What it is and what would be bad, a sentence each. */
  readonly says: string;
  readonly bad: "low" | "high" | null;
  /** Shares of 1 are written as percentages. */
  readonly share: boolean;
  /** Least span of the axis, so that noise does not look like change. */
  readonly least: number;
  /** The same as a factor of the largest value: of numbers without a usual size. */
  readonly relative: number;
  readonly bounds: readonly [number, number];
}

const ANY = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
const FROM_0 = [0, Number.POSITIVE_INFINITY] as const;
const SHARE = { unit: "", share: true, least: 0.1, bounds: [0, 1] } as const;

function of(measure: Partial<Measure> & Pick<Measure, "name" | "group" | "says">): Measure {
  const plainly = { title: measure.name, unit: "", bad: null, share: false } as const;
  return { ...plainly, least: 0.1, relative: 0, bounds: ANY, ...measure };
}

/** In the order of the page. */
export const MEASURES: readonly Measure[] = [
  of({
    name: "separation",
    unit: "log ratio",
    group: "geometry",
    bad: "low",
    least: 0.5,
    says: "Logarithm of the scatter between classes over the scatter within them. Bad when it falls: classes run into each other.",
  }),
  of({
    name: "agreement",
    title: "neighbour agreement",
    ...SHARE,
    group: "geometry",
    bad: "low",
    says: "Share of a sample's 10 nearest neighbours that have its label. Bad when it falls: classes mix locally.",
  }),
  of({
    name: "rank",
    title: "effective rank",
    unit: "dimensions",
    group: "geometry",
    bad: "low",
    least: 2,
    bounds: FROM_0,
    says: "Exponential of the entropy of the singular values (RankMe): how many dimensions the layer uses. Bad when it falls far below the number of classes: the representation collapses.",
  }),
  of({
    name: "participation",
    title: "participation ratio",
    unit: "dimensions",
    group: "geometry",
    bad: "low",
    least: 1,
    bounds: FROM_0,
    says: "Squared sum of the variances over the sum of their squares: how many dimensions carry most of the variance. Bad when it falls towards 1.",
  }),
  of({
    name: "uniformity",
    unit: "log mean",
    group: "geometry",
    bad: "high",
    least: 0.5,
    bounds: [Number.NEGATIVE_INFINITY, 0],
    says: "Logarithm of the mean of exp(−2 d²) over pairs of normalised activations. Bad when it rises towards 0: all samples point the same way.",
  }),
  of({
    name: "norm",
    title: "activation norm",
    unit: "log",
    group: "geometry",
    least: 1,
    says: "Logarithm of the root mean square of the activations' norms. Trouble when it runs away to either side.",
  }),
  of({
    name: "similarity",
    title: "similarity (CKA)",
    ...SHARE,
    group: "stability",
    bad: "low",
    says: "Linear CKA with the snapshot before; 1: the same up to rotation and scale. Bad when it drops late in training: the layer was rebuilt.",
  }),
  of({
    name: "drift",
    title: "drift (Procrustes)",
    ...SHARE,
    unit: "of 1",
    share: false,
    group: "stability",
    bad: "high",
    says: "Distance from the snapshot before after the best rotation, 0 to 1. Bad when it jumps late in training.",
  }),
  of({
    name: "turnover",
    title: "neighbour turnover",
    ...SHARE,
    group: "stability",
    bad: "high",
    says: "Share of each sample's 10 nearest neighbours that are new since the snapshot before. Bad when it jumps late in training.",
  }),
  of({
    name: "flips",
    ...SHARE,
    group: "stability",
    bad: "high",
    says: "Share of samples predicted otherwise than at the snapshot before. Bad when it rises: the decision boundary does not settle.",
  }),
  of({
    name: "loss",
    title: "probe loss",
    unit: "nats",
    group: "outcomes",
    bad: "high",
    least: 0.1,
    bounds: FROM_0,
    says: "Mean cross-entropy of the watched samples. Bad when it rises.",
  }),
  of({
    name: "training_loss",
    title: "training loss",
    group: "outcomes",
    bad: "high",
    least: 0.1,
    says: "The loss that add_hidden was told. Bad when it rises.",
  }),
  of({
    name: "accuracy",
    ...SHARE,
    group: "outcomes",
    bad: "low",
    says: "Share of the watched samples that are predicted as labelled. Bad when it falls.",
  }),
  of({
    name: "confidence",
    ...SHARE,
    group: "outcomes",
    says: "Mean probability of the predicted class. Compare it with the accuracy: much more is overconfidence.",
  }),
  of({
    name: "overconfidence",
    ...SHARE,
    bounds: [-1, 1],
    group: "outcomes",
    bad: "high",
    says: "Mean confidence less accuracy; 0: calibrated on average. Bad when it rises: the network is surer than it is right.",
  }),
  of({
    name: "rate",
    title: "learning rate",
    group: "training",
    least: 0,
    relative: 2,
    bounds: FROM_0,
    says: "The largest of the optimizer's parameter groups. A jump elsewhere that is not at a change of the rate has another cause.",
  }),
  of({
    name: "gradient",
    title: "gradient norm",
    unit: "log",
    group: "training",
    least: 1,
    says: "Logarithm of the norm of all gradients. Trouble when it jumps up (divergence) or falls without end (nothing is learned).",
  }),
  of({
    name: "update",
    title: "update over weight",
    unit: "log ratio",
    group: "training",
    least: 1,
    says: "Logarithm of the largest ratio of a layer's update to its weights. Trouble when it jumps up or vanishes.",
  }),
  of({
    name: "still",
    title: "layers that stand still",
    ...SHARE,
    group: "training",
    bad: "high",
    says: "Share of trainable layers whose gradients are all zero or whose weights did not move. Bad above 0, unless they are frozen on purpose.",
  }),
  of({
    name: "dead",
    title: "dead units",
    ...SHARE,
    group: "training",
    bad: "high",
    says: "Share of units that answer the same to all samples. Bad when it rises: these units no longer tell samples apart.",
  }),
  of({
    name: "nonfinite",
    title: "not a number",
    ...SHARE,
    group: "training",
    bad: "high",
    says: "Share of samples with NaN or infinite values. Bad above 0.",
  }),
];

/** A measure by its name; one that a newer version logs is shown as it is. */
export function measure(name: string): Measure {
  const known = MEASURES.find((one) => one.name === name);
  return known ?? of({ name, group: "training", says: `The measure "${name}", as it was logged.` });
}

/** A number of a measure, as it is read aloud. */
export function valueText({ share }: Pick<Measure, "share">, value: number): string {
  if (share) return percent(value);
  return plain(value).replace("-", "−");
}

/** "high is bad" */
export function badWords({ bad }: Pick<Measure, "bad">): string {
  return bad === null ? "" : `${bad} is bad`;
}
