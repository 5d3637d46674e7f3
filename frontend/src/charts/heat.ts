/**
 * Why this file: errors over the clock as lines of colours, answers of samples likewise, and the triangles that mark where
 * many flip together: which pixels they are, and which triangle is under the pointer.
 */

import type { Anomaly } from "../analysis/anomalies";
import { UNKNOWN_CLASS } from "../data/types";
import { BLANK, HATCHED, type Word } from "./pixels";
import type { Columns, TimeScale } from "./time_scale";

/** Codes of an error of 1, and of one that is not known. */
const SCALE = 254;
const NOT_SEEN = 255;

/** Stands for the code of a pixel at which there is no log. */
const BLANK_CODE = -1;

/** The codes of one class, or of anything in a table of codes. */
export interface CodeColumn {
  /** [snapshots, stride] */
  readonly codes: Uint8Array;
  readonly stride: number;
  readonly index: number;
}

/** Codes of errors 0 .. 1; NaN is not known. */
export function codesOf(errors: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(errors, (error) => (Number.isNaN(error) ? NOT_SEEN : Math.round(error * SCALE)));
}

/** The largest known code of each column of pixels, so that no spike is lost. */
export function worst({ codes, stride, index }: CodeColumn, { first, end }: Columns): Int16Array {
  const out = new Int16Array(first.length).fill(BLANK_CODE);
  for (let x = 0; x < out.length; x++) {
    let most = BLANK_CODE;
    for (let t = first[x] as number; t < (end[x] as number); t++) {
      const code = codes[t * stride + index] ?? NOT_SEEN;
      if (most === BLANK_CODE || most === NOT_SEEN || (code !== NOT_SEEN && code > most)) most = code;
    }
    out[x] = most;
  }
  return out;
}

/** Place of an error on a colour map, 0 .. 1. The root, because late in training all errors are small. */
function errorShare(code: number): number {
  return Math.sqrt(code / SCALE);
}

/** Colours of codes. */
export function errorLine(codes: Int16Array, map: Uint32Array): Uint32Array {
  return Uint32Array.from(codes, (code) => {
    if (code === BLANK_CODE) return BLANK;
    if (code === NOT_SEEN) return HATCHED;
    return map[Math.round(errorShare(code) * (map.length - 1))] as Word;
  });
}

/** Colours of how much larger one error is than another, of the same columns. Not known where one is not. */
export function differenceLine(mine: Int16Array, theirs: Int16Array, map: Uint32Array): Uint32Array {
  return Uint32Array.from(mine, (code, x) => {
    const other = theirs[x] ?? BLANK_CODE;
    if (code === BLANK_CODE || other === BLANK_CODE) return BLANK;
    if (code === NOT_SEEN || other === NOT_SEEN) return HATCHED;
    const apart = Math.sign(code - other) * errorShare(Math.abs(code - other));
    return map[Math.round(((apart + 1) / 2) * (map.length - 1))] as Word;
  });
}

/** How the answers to samples are coloured. */
export interface AnswerColours {
  readonly right: Word;
  readonly wrong: Word;
  /** One a class: answers are coloured by what they are; `null`: by whether they are right. */
  readonly classes: Uint32Array | null;
  /** Of classes without a colour. */
  readonly other: Word;
}

/**
 * Colours of the answers to one sample. Of several under a pixel a wrong one is shown; by class, the first.
 *
 * @param answers [snapshots, samples]
 * @param label -1: nothing is right
 */
export function answerLine(
  answers: Uint16Array,
  samples: number,
  sample: number,
  label: number,
  { first, end }: Columns,
  colours: AnswerColours,
): Uint32Array {
  const out = new Uint32Array(first.length);
  for (let x = 0; x < out.length; x++) {
    let word: Word = BLANK;
    for (let t = first[x] as number; t < (end[x] as number); t++) {
      const answer = answers[t * samples + sample] ?? UNKNOWN_CLASS;
      if (answer === UNKNOWN_CLASS) {
        if (word === BLANK) word = HATCHED;
      } else if (colours.classes !== null) {
        word = colours.classes[answer] ?? colours.other;
        break;
      } else if (answer !== label) {
        word = colours.wrong;
        break;
      } else word = colours.right;
    }
    out[x] = word;
  }
  return out;
}

/** A triangle on a strip. */
export interface Mark {
  readonly anomaly: Anomaly;
  readonly rule: "left" | "right";
  readonly count: number;
  readonly time: number;
  /** Half of its width, CSS pixels. */
  readonly half: number;
}

const LEAST_HALF = 3;

/**
 * Triangles of anomalies, their width linear from the threshold to the largest share there is.
 *
 * @param least samples that make an anomaly. @param size samples of the class. @param most the largest share.
 */
export function marksOf(
  anomalies: readonly Anomaly[],
  times: ArrayLike<number>,
  { least, size, most, widest }: { least: number; size: number; most: number; widest: number },
): Mark[] {
  const low = least / Math.max(1, size);
  const half = (count: number) => {
    const place = most > low ? (count / size - low) / (most - low) : 1;
    return LEAST_HALF + Math.min(Math.max(place, 0), 1) * (widest - LEAST_HALF);
  };
  return anomalies.flatMap((anomaly) =>
    (["left", "right"] as const)
      .filter((rule) => anomaly[rule] > 0)
      .map((rule) => {
        const time = times[anomaly.snapshot] as number;
        return { anomaly, rule, count: anomaly[rule], time, half: half(anomaly[rule]) };
      }),
  );
}

/** Draws triangles: the left rule's point down with their points at `top`, the right rule's up with theirs at `bottom`. */
export function drawMarks(
  context: CanvasRenderingContext2D,
  marks: readonly Mark[],
  scale: TimeScale,
  { top, bottom, tall }: { top: number; bottom: number; tall: number },
  { fill, outline }: { fill: string; outline: string },
): void {
  context.fillStyle = fill;
  context.strokeStyle = outline;
  context.lineWidth = 1;
  for (const { rule, time, half } of marks) {
    const x = scale.x(time);
    if (x < -half || x > scale.width + half) continue;
    const [point, base] = rule === "left" ? [top, top - tall] : [bottom, bottom + tall];
    context.beginPath();
    context.moveTo(x, point);
    context.lineTo(x - half, base);
    context.lineTo(x + half, base);
    context.closePath();
    context.stroke();
    context.fill();
  }
}

/** The triangle that a point is nearest to, within its reach and on its half of the strip; `null`: none. */
export function markAt(
  marks: readonly Mark[],
  scale: TimeScale,
  x: number,
  upper: boolean,
  reach = 2,
): Mark | null {
  let best: Mark | null = null;
  let nearest = Number.POSITIVE_INFINITY;
  for (const mark of marks) {
    const distance = Math.abs(scale.x(mark.time) - x);
    if ((mark.rule === "left") !== upper || distance > mark.half + reach || distance >= nearest) continue;
    [best, nearest] = [mark, distance];
  }
  return best;
}
