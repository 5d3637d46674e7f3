import { expect, test } from "vitest";
import { UNKNOWN_CLASS } from "../data/types";
import { PredictionHistory } from "./prediction_history";
import { random } from "./random.fixture";

/** Said once more, sample by sample over the list of what it was predicted to be. */
function slowly(sequence: readonly number[], label: number) {
  const known = sequence.map((p, frame) => ({ p, frame })).filter(({ p }) => p !== UNKNOWN_CLASS);
  const pairs = known.slice(1).map(({ p }, k) => [known[k]?.p, p] as const);
  const wrongs = known.map(({ p }) => p !== label);
  const unbroken = known.slice(wrongs.lastIndexOf(true) + 1);
  return {
    flips: pairs.filter(([before, now]) => before !== now).length,
    forgotten: label < 0 ? 0 : pairs.filter(([before, now]) => before === label && now !== label).length,
    learnedAt: label < 0 ? -1 : (unbroken[0]?.frame ?? -1),
  };
}

const SAMPLES = 60;
const FRAMES = 50;

function made(seed: number) {
  const draw = random(seed);
  const labels = Int32Array.from({ length: SAMPLES }, () => Math.floor(draw() * 4) - 1);
  const predictions = Array.from({ length: FRAMES }, () =>
    Uint16Array.from({ length: SAMPLES }, () => (draw() < 0.1 ? UNKNOWN_CLASS : Math.floor(draw() * 3))),
  );
  return { labels, predictions };
}

function expectAll(
  history: PredictionHistory,
  frame: number,
  labels: Int32Array,
  predictions: readonly (Uint16Array | undefined)[],
) {
  const counters = history.at(frame);
  for (let i = 0; i < SAMPLES; i++) {
    const sequence = predictions.slice(0, frame + 1).map((column) => column?.[i] ?? UNKNOWN_CLASS);
    const [flips, forgotten, learnedAt] = [counters.flips[i], counters.forgotten[i], counters.learnedAt[i]];
    expect({ flips, forgotten, learnedAt }).toEqual(slowly(sequence, labels[i] as number));
  }
}

test("counts what an enumeration counts, whichever way time moves", () => {
  const { labels, predictions } = made(1);
  const history = new PredictionHistory(labels, FRAMES, (frame) => predictions[frame]);
  for (const frame of [0, 49, 48, 17, 16, 15, 30, 3, 49]) expectAll(history, frame, labels, predictions);
});

test("counts again when frames arrive late and in any order", () => {
  const { labels, predictions } = made(2);
  const here: (Uint16Array | undefined)[] = new Array(FRAMES).fill(undefined);
  const history = new PredictionHistory(labels, FRAMES, (frame) => here[frame]);
  for (const frame of [49, 0, 31, 15, 16, 14, 32, 48, 1]) {
    here[frame] = predictions[frame];
    history.arrived(frame);
    expectAll(history, 40, labels, here);
    expectAll(history, 49, labels, here);
  }
});

test("going on and back again counts the same", () => {
  const { labels, predictions } = made(3);
  const history = new PredictionHistory(labels, FRAMES, (frame) => predictions[frame]);
  const flips = history.at(5).flips.slice();
  history.at(40);
  expect(history.at(5).flips).toEqual(flips);
});
