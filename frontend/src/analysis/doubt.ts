/**
 * Why this file: how much a run so far speaks against each sample's label. Networks learn what is regular first and wrong
 * labels late, by heart, so that the mean over epochs tells them apart long after the last epoch no longer does.
 */
import { type Outcomes, UNKNOWN_CLASS } from "../data/types";

/** What is read of a snapshot. */
export type Verdicts = Pick<Outcomes, "prediction" | "confidence" | "margin" | "loss">;

/** Probabilities are stored in bytes. */
const BYTE = 255;

/**
 * Share of the most probable other class in what it and the label have together: 0 all the label's, 1 all the other's, .5
 * as probable. It is the logistic function of z_other − z_label, the margin of Pleiss et al. (NeurIPS 2020) turned round.
 *
 * @returns NaN where the label or the prediction is not known.
 */
export function rivalShare(
  { prediction, confidence, margin, loss }: Verdicts,
  label: number,
  i: number,
): number {
  const predicted = prediction[i] as number;
  if (predicted === UNKNOWN_CLASS || label < 0) return Number.NaN;
  const own = Math.exp(-(loss[i] as number));
  // Bytes are too coarse to say which of two is ahead where there are hundreds of classes; the prediction does.
  const rival =
    predicted === label
      ? Math.max(0, own - (margin[i] as number) / BYTE)
      : Math.max(own, (confidence[i] as number) / BYTE);
  return rival / (rival + own);
}

/** The mean over the snapshots so far. Going to another epoch costs the snapshots between the two. */
export class LabelDoubt {
  private readonly sums: Float64Array;
  private readonly counts: Uint32Array;
  private readonly counted = new Set<string>();

  constructor(private readonly labels: Int32Array) {
    this.sums = new Float64Array(labels.length);
    this.counts = new Uint32Array(labels.length);
  }

  /** How many of these snapshots are counted. */
  covered(keys: readonly string[]): number {
    return keys.reduce((covered, key) => covered + Number(this.counted.has(key)), 0);
  }

  /**
   * @param keys name the snapshots so far.
   * @param verdictsOf a snapshot's, when they are on the client; what was counted once need not stay there.
   * @returns 0 to 1, one entry a sample; NaN where nothing is known.
   */
  at(keys: readonly string[], verdictsOf: (key: string) => Verdicts | undefined): Float64Array {
    const wanted = new Set(keys);
    const later = [...this.counted].filter((key) => !wanted.has(key));
    const gone = later.map(verdictsOf);
    if (2 * later.length > this.counted.size || gone.includes(undefined)) this.restart();
    else {
      later.forEach((key, k) => {
        this.count(key, gone[k] as Verdicts, -1);
      });
    }
    for (const key of wanted) {
      const verdicts = this.counted.has(key) ? undefined : verdictsOf(key);
      if (verdicts !== undefined) this.count(key, verdicts, 1);
    }
    // What was added and taken away again leaves a rounding error, which must not be less than nothing.
    return this.sums.map((sum, i) => Math.max(0, sum) / (this.counts[i] as number));
  }

  private restart(): void {
    this.sums.fill(0);
    this.counts.fill(0);
    this.counted.clear();
  }

  private count(key: string, verdicts: Verdicts, sign: 1 | -1): void {
    const { labels, sums, counts } = this;
    const n = Math.min(labels.length, verdicts.loss.length);
    for (let i = 0; i < n; i++) {
      const share = rivalShare(verdicts, labels[i] as number, i);
      if (Number.isNaN(share)) continue;
      sums[i] = (sums[i] as number) + sign * share;
      counts[i] = (counts[i] as number) + sign;
    }
    if (sign === 1) this.counted.add(key);
    else this.counted.delete(key);
  }
}
