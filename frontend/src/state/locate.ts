/** Why this file: time is a number in step units; these pure functions say which two frames it lies between. */

/** Frames to draw: `mix` = 0 is frame `a`, 1 is frame `b`; between them positions are interpolated. */
export interface Position {
  readonly a: number;
  readonly b: number;
  readonly mix: number;
}

/**
 * The two frames around a time.
 *
 * @param steps ascending steps of the frames.
 * @param time in step units; outside the steps it is clamped.
 * @returns `null` when there are no frames; `a === b` and `mix === 0` exactly on a frame.
 */
export function locate(steps: readonly number[], time: number): Position | null {
  const last = steps.length - 1;
  if (last < 0) return null;
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((steps[middle] as number) <= time) low = middle;
    else high = middle - 1;
  }
  const at = steps[low] as number;
  if (low === last || time <= at) return { a: low, b: low, mix: 0 };
  const next = steps[low + 1] as number;
  return { a: low, b: low + 1, mix: (time - at) / (next - at) };
}

/** The true frame nearest to a position: predictions and numbers are shown of this one, never interpolated. */
export function nearest(position: Position): number {
  return position.mix < 0.5 ? position.a : position.b;
}

/** Fractional frame index (0 .. n-1) of a time, in which playback has an even pace however uneven the steps are. */
export function toFrameUnits(steps: readonly number[], time: number): number {
  const position = locate(steps, time);
  return position === null ? 0 : position.a + position.mix;
}

/** Inverse of `toFrameUnits`; clamps to the first and last frame. */
export function fromFrameUnits(steps: readonly number[], index: number): number {
  const last = steps.length - 1;
  if (last < 0) return 0;
  const clamped = Math.min(Math.max(index, 0), last);
  const a = Math.floor(clamped);
  const from = steps[a] as number;
  const to = steps[Math.min(a + 1, last)] as number;
  return from + (clamped - a) * (to - from);
}

/** "epoch" when the steps are consecutive small integers from 0 or 1, else "step". */
export function stepUnit(steps: readonly number[]): "epoch" | "step" {
  const first = steps[0];
  if (first === undefined) return "epoch";
  const consecutive = steps.every((step, i) => step === first + i);
  return consecutive && (first === 0 || first === 1) ? "epoch" : "step";
}

/**
 * "epoch 14", or "epoch 12.4 (interpolated)" between two frames, so that made-up positions are never taken for data.
 *
 * @param unit what the run's snapshots are counted in; its frames alone may have gaps and would not tell.
 */
export function timeLabel(steps: readonly number[], time: number, unit: "epoch" | "step"): string {
  const position = locate(steps, time);
  if (position === null) return "";
  if (position.mix === 0) return `${unit} ${(steps[position.a] as number).toLocaleString("en-US")}`;
  const digits = unit === "epoch" ? 1 : 0;
  const shown = time.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${unit} ${shown} (interpolated)`;
}
