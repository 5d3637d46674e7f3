/**
 * Why this file: what a sample's predictions did up to an epoch: how often they changed, how often what was right became
 * wrong, since when it has been right. One pass forwards; going back starts at the nearest of a few checkpoints.
 */
import { UNKNOWN_CLASS } from "../data/types";

/** One entry a sample. Frames without a prediction of it are passed over. */
export interface PredictionCounters {
  /** Changes of the prediction from one frame to the next. */
  readonly flips: Uint16Array;
  /** Forgetting events: right, and wrong at the next frame (Toneva et al., ICLR 2019, section 3). */
  readonly forgotten: Uint16Array;
  /** Frame from which on it has been right without a break (Maini et al., NeurIPS 2022); -1: it is not right now, or has no label. */
  readonly learnedAt: Int32Array;
  /** The newest known prediction. */
  readonly known: Uint16Array;
}

/** Frames between two checkpoints, at least: 16 frames of 100,000 samples are gone through in 5 ms. */
const LEAST_SPACING = 16;
/** A checkpoint takes 10 bytes a sample: of a long run, only so many are kept. */
const MOST_CHECKPOINTS = 8;
/** Counters stop here rather than start again at 0. */
const MOST = 65_535;

function start(samples: number): PredictionCounters {
  return {
    flips: new Uint16Array(samples),
    forgotten: new Uint16Array(samples),
    learnedAt: new Int32Array(samples).fill(-1),
    known: new Uint16Array(samples).fill(UNKNOWN_CLASS),
  };
}

function copy({ flips, forgotten, learnedAt, known }: PredictionCounters): PredictionCounters {
  return {
    flips: flips.slice(),
    forgotten: forgotten.slice(),
    learnedAt: learnedAt.slice(),
    known: known.slice(),
  };
}

/** Goes on by one frame, in place. Label -1 is none. */
function advance(
  counters: PredictionCounters,
  frame: number,
  predictions: Uint16Array,
  labels: Int32Array,
): void {
  const { flips, forgotten, learnedAt, known } = counters;
  const n = Math.min(predictions.length, known.length);
  for (let i = 0; i < n; i++) {
    const prediction = predictions[i] as number;
    const before = known[i] as number;
    // Nothing changes where the prediction did not: most samples of most frames.
    if (prediction === before || prediction === UNKNOWN_CLASS) continue;
    const label = labels[i] as number;
    if (before !== UNKNOWN_CLASS) {
      if ((flips[i] as number) < MOST) flips[i] = (flips[i] as number) + 1;
      if (before === label && (forgotten[i] as number) < MOST) forgotten[i] = (forgotten[i] as number) + 1;
    }
    if (prediction !== label) learnedAt[i] = -1;
    else if ((learnedAt[i] as number) < 0) learnedAt[i] = frame;
    known[i] = prediction;
  }
}

interface Checkpoint {
  /** The last frame that is counted; -1: none. */
  readonly frame: number;
  readonly counters: PredictionCounters;
}

/** Predictions of one run and layer. `predictionsOf` gives a frame's, when they are on the client. */
export class PredictionHistory {
  private readonly spacing: number;
  private checkpoints: Checkpoint[] = [];
  private newest: Checkpoint;

  constructor(
    private readonly labels: Int32Array,
    frames: number,
    private readonly predictionsOf: (frame: number) => Uint16Array | undefined,
  ) {
    this.spacing = Math.max(LEAST_SPACING, Math.ceil(frames / MOST_CHECKPOINTS));
    this.newest = { frame: -1, counters: start(labels.length) };
  }

  /** Predictions of a frame arrived: what was counted from there on is forgotten. */
  arrived(frame: number): void {
    this.checkpoints = this.checkpoints.filter((checkpoint) => checkpoint.frame < frame);
    if (this.newest.frame >= frame) this.newest = this.fromBefore(frame);
  }

  /** Counters up to and with a frame, until the next question. */
  at(frame: number): PredictionCounters {
    if (this.newest.frame > frame) this.newest = this.fromBefore(frame + 1);
    const { counters } = this.newest;
    for (let next = this.newest.frame + 1; next <= frame; next++) {
      const predictions = this.predictionsOf(next);
      if (predictions !== undefined) advance(counters, next, predictions, this.labels);
      this.newest = { frame: next, counters };
      const known = this.checkpoints.at(-1)?.frame ?? -1;
      if (next % this.spacing === this.spacing - 1 && next > known) {
        this.checkpoints.push({ frame: next, counters: copy(counters) });
      }
    }
    return counters;
  }

  /** A copy of the last checkpoint before a frame. */
  private fromBefore(frame: number): Checkpoint {
    const last = this.checkpoints.findLast((checkpoint) => checkpoint.frame < frame);
    if (last === undefined) return { frame: -1, counters: start(this.labels.length) };
    return { frame: last.frame, counters: copy(last.counters) };
  }
}
