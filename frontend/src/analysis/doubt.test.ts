import { describe, expect, test } from "vitest";
import { UNKNOWN_CLASS } from "../data/types";
import { LabelDoubt, type Verdicts } from "./doubt";
import { random as randomNumbers } from "./random.fixture";

const SAMPLES = 60;
const CLASSES = 4;
const FRAMES = 9;
const KEYS = Array.from({ length: FRAMES }, (_, i) => `epoch ${i}`);
const LABELS = Int32Array.from({ length: SAMPLES }, (_, i) => (i === 7 ? -1 : i % CLASSES));

/** Probabilities, [frame][sample][class], whose sums are 1. */
const PROBABILITIES = (() => {
  const random = randomNumbers(3);
  return KEYS.map(() =>
    Array.from({ length: SAMPLES }, () => {
      const weights = Array.from({ length: CLASSES }, () => Math.exp(4 * random()));
      const sum = weights.reduce((p, q) => p + q);
      return weights.map((weight) => weight / sum);
    }),
  );
})();

/** As the server tells them. Sample 11 is not predicted at the third frame. */
function verdicts(frame: number): Verdicts {
  const all = PROBABILITIES[frame] as number[][];
  const sorted = all.map((of) => of.toSorted((p, q) => q - p));
  return {
    prediction: Uint16Array.from(all, (of, i) =>
      frame === 2 && i === 11 ? UNKNOWN_CLASS : of.indexOf(sorted[i]?.[0] as number),
    ),
    confidence: Uint8Array.from(sorted, ([first]) => Math.round(255 * (first as number))),
    margin: Uint8Array.from(sorted, ([p, q]) => Math.round(255 * ((p as number) - (q as number)))),
    loss: Float32Array.from(all, (of, i) => -Math.log(of[LABELS[i] as number] ?? Number.NaN)),
  };
}

const ALL = KEYS.map((_, frame) => verdicts(frame));
const whole = (key: string) => ALL[KEYS.indexOf(key)];

/** From the probabilities themselves, sample by sample. */
function expected(frames: readonly number[]): number[] {
  return Array.from({ length: SAMPLES }, (_, i) => {
    const label = LABELS[i] as number;
    const shares = frames
      .filter((frame) => label >= 0 && !(frame === 2 && i === 11))
      .map((frame) => {
        const of = PROBABILITIES[frame]?.[i] as number[];
        const rival = Math.max(...of.filter((_, k) => k !== label));
        return rival / (rival + (of[label] as number));
      });
    return shares.reduce((p, q) => p + q, 0) / shares.length;
  });
}

function expectNear(found: Float64Array, wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((value, i) => {
    // Probabilities come in steps of 1/255.
    if (Number.isNaN(value)) expect(found[i]).toBeNaN();
    else expect(Math.abs((found[i] as number) - value)).toBeLessThan(0.01);
  });
}

describe("doubt", () => {
  test("is the mean of what the strongest other class has, whichever way time goes", () => {
    const doubt = new LabelDoubt(LABELS);
    for (const last of [0, 4, 8, 7, 6, 2, 8, 0, 3]) {
      const found = doubt.at(KEYS.slice(0, last + 1), whole);
      expectNear(found, expected([...Array(last + 1).keys()]));
      const afresh = new LabelDoubt(LABELS).at(KEYS.slice(0, last + 1), whole);
      found.forEach((value, i) => {
        if (!Number.isNaN(value)) expect(value).toBeCloseTo(afresh[i] as number, 12);
      });
    }
  });

  test("is of the snapshots that are here, and keeps those that were", () => {
    const doubt = new LabelDoubt(LABELS);
    const early = (key: string) => (key < "epoch 5" ? whole(key) : undefined);
    const late = (key: string) => (key < "epoch 5" ? undefined : whole(key));
    expectNear(doubt.at(KEYS, early), expected([0, 1, 2, 3, 4]));
    expect(doubt.covered(KEYS)).toBe(5);
    expectNear(doubt.at(KEYS, late), expected([...KEYS.keys()]));
    expect(doubt.covered(KEYS)).toBe(FRAMES);
    expect(doubt.covered(KEYS.slice(0, 2))).toBe(2);
    // The first ones cannot be taken out again: what is here is counted anew.
    expectNear(doubt.at(KEYS.slice(3), late), expected([5, 6, 7, 8]));
  });

  test("of another run is not mixed with that of this", () => {
    const doubt = new LabelDoubt(LABELS);
    doubt.at(KEYS.slice(0, 5), whole);
    expectNear(doubt.at(KEYS.slice(5), whole), expected([5, 6, 7, 8]));
  });

  test("tells a wrong label from a right one where the last epoch no longer does", () => {
    const taken = (own: number, rival: number, prediction: number): Verdicts => ({
      prediction: Uint16Array.of(prediction, 0),
      confidence: Uint8Array.of(255 * Math.max(own, rival), 255),
      margin: Uint8Array.of(255 * Math.abs(own - rival), 255),
      loss: Float32Array.of(-Math.log(own), 0),
    });
    const run = [taken(0.02, 0.98, 1), taken(0.1, 0.9, 1), taken(1, 0, 0)];
    const doubt = new LabelDoubt(Int32Array.of(0, 0));
    const found = doubt.at(["0", "1", "2"], (key) => run[Number(key)]);
    expect(found[0]).toBeCloseTo((0.98 + 0.9) / 3, 2);
    expect(found[1]).toBe(0);
  });
});
