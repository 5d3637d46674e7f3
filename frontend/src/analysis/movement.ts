/** Why this file: how far each sample moved in the map since the frame before, in a unit that no map's scale changes. */
import { FLAG_NOT_PLACED, type FrameData } from "../data/types";

/** What one step of a stored position is, along an axis. */
const STEPS = 65_535;

function placed(frame: FrameData, i: number): boolean {
  return ((frame.flags[i] as number) & FLAG_NOT_PLACED) === 0;
}

/** Root of the mean squared distance of the placed samples from their centre, in the layout's units. */
export function rmsRadius(frame: FrameData): number {
  const [x0, y0, x1, y1] = frame.bounds;
  const sx = (x1 - x0) / STEPS;
  const sy = (y1 - y0) / STEPS;
  let count = 0;
  let [sumX, sumY, squares] = [0, 0, 0];
  for (let i = 0; i < frame.count; i++) {
    if (!placed(frame, i)) continue;
    const x = (frame.positions[2 * i] as number) * sx;
    const y = (frame.positions[2 * i + 1] as number) * sy;
    count += 1;
    sumX += x;
    sumY += y;
    squares += x * x + y * y;
  }
  if (count === 0) return Number.NaN;
  const variance = squares / count - (sumX / count) ** 2 - (sumY / count) ** 2;
  return Math.sqrt(Math.max(0, variance));
}

/**
 * Distance between a sample's places in two frames, in units of the later frame's RMS radius.
 *
 * @returns one entry a sample; NaN where it is not placed in both.
 */
export function movement(before: FrameData, now: FrameData): Float32Array {
  const radius = rmsRadius(now);
  const moved = new Float32Array(now.count).fill(Number.NaN);
  const [ax, ay, ax1, ay1] = before.bounds;
  const [bx, by, bx1, by1] = now.bounds;
  const [asx, asy] = [(ax1 - ax) / STEPS, (ay1 - ay) / STEPS];
  const [bsx, bsy] = [(bx1 - bx) / STEPS, (by1 - by) / STEPS];
  const n = Math.min(before.count, now.count);
  for (let i = 0; i < n; i++) {
    if (!placed(before, i) || !placed(now, i)) continue;
    const dx = bx - ax + (now.positions[2 * i] as number) * bsx - (before.positions[2 * i] as number) * asx;
    const dy =
      by - ay + (now.positions[2 * i + 1] as number) * bsy - (before.positions[2 * i + 1] as number) * asy;
    moved[i] = Math.sqrt(dx * dx + dy * dy) / radius;
  }
  return moved;
}
