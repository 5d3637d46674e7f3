/** Which steps of a time axis get a mark and which of them a label, so that labels never touch. */

/** Room for one label of up to three digits, in pixels; every further digit takes 7 more. */
const LABEL_WIDTH = 30;
const DIGIT_WIDTH = 7;
/** Least distance between two marks, in pixels. */
const MARK_DISTANCE = 5;

/** A mark on the axis; only marks with a label are long. */
export interface Tick {
  readonly step: number;
  readonly label: string | null;
}

/**
 * Ticks of an axis from `low` to `high` (step units) over `width` pixels: a mark at every step while they can be told
 * apart, a label at every step while there is room, otherwise at round numbers.
 */
export function timeTicks(
  steps: readonly number[],
  low: number,
  high: number,
  width: number,
): readonly Tick[] {
  const digits = String(Math.round(high)).length;
  const most = Math.max(2, Math.floor(width / (LABEL_WIDTH + DIGIT_WIDTH * Math.max(0, digits - 3))));
  const label = (step: number) => step.toLocaleString("en-US");
  if (steps.length <= most) return steps.map((step) => ({ step, label: label(step) }));
  const round = roundSteps(low, high, Math.ceil(most * 0.6));
  const labelled = new Set(round);
  const marks = steps.length <= width / MARK_DISTANCE ? steps : [];
  return [...new Set([...marks, ...round])]
    .sort((a, b) => a - b)
    .map((step) => ({ step, label: labelled.has(step) ? label(step) : null }));
}

/** Multiples of 1, 2 or 5 times a power of ten from `low` to `high`: as many as there can be up to `most`, and whole numbers. */
function roundSteps(low: number, high: number, most: number): number[] {
  const least = Math.max(1, (high - low) / most);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}
