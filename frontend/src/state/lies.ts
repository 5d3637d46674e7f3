/**
 * Why this file: where a map lies about a sample, decided once for the picture, the key, the panel and the hover card. A
 * map in 2 dimensions must tear some samples from their neighbours; these are those that it tears away almost entirely.
 */
import { FLAG_NOT_PLACED, type FrameData } from "../data/types";

/** Below this share of kept neighbours a sample is drawn among strangers: at most 2 of 15. */
const LEAST_KEPT = 0.15;
/** Where chance alone keeps many, because samples are few, it takes more than this many times chance. */
const LEAST_FLOORS = 2;

/**
 * The value of `kept` (0 to 255) below which a map lies about a sample; `null` where neighbours were not measured, and
 * `kept` says nothing.
 *
 * @param numbers the frame's faithfulness by name
 */
export function lyingBelow(numbers: Readonly<Record<string, number | null>>): number | null {
  if (numbers.neighbours == null) return null;
  return 255 * Math.max(LEAST_KEPT, LEAST_FLOORS * (numbers.neighbours_floor ?? 0));
}

/** Whether the map that `frame` is lies about sample `i`. */
export function liesAbout(frame: FrameData, i: number, below: number): boolean {
  const placed = ((frame.flags[i] ?? FLAG_NOT_PLACED) & FLAG_NOT_PLACED) === 0;
  return placed && (frame.kept[i] as number) < below;
}

/**
 * How many of the samples that are drawn the map lies about.
 *
 * @param shown `null`: all are.
 */
export function countLies(
  frame: FrameData,
  below: number,
  shown: ((i: number) => boolean) | null,
): { readonly lies: number; readonly of: number } {
  const { flags, kept } = frame;
  let lies = 0;
  let of = 0;
  for (let i = 0; i < frame.count; i++) {
    if (((flags[i] as number) & FLAG_NOT_PLACED) !== 0 || (shown !== null && !shown(i))) continue;
    of += 1;
    if ((kept[i] as number) < below) lies += 1;
  }
  return { lies, of };
}

/** The most of `k` neighbours that a sample may keep and still count as lied about; counted in bytes, as `kept` is. */
export function mostKept(below: number, k: number): number {
  let most = 0;
  while (most < k && Math.round((255 * (most + 1)) / k) < below) most += 1;
  return most;
}
