/** Why this file: which sample is under the pointer; brute force over the interpolated positions, 0.7 ms for 100,000. */
import type { FrameData } from "../data/types";
import { FLAG_NOT_PLACED } from "../data/types";
import type { Affine } from "./camera";

/** How far from a sample's centre the pointer may be, CSS pixels. */
export const PICK_RADIUS = 12;

export interface PickScene {
  readonly from: FrameData;
  readonly to: FrameData;
  readonly fromAffine: Affine;
  readonly toAffine: Affine;
  readonly mix: number;
  /** Whether a sample is drawn at all (its class is not hidden). */
  readonly shown: (i: number) => boolean;
}

/**
 * The sample nearest to a point.
 *
 * @param clip the point in clip space.
 * @param perClip CSS pixels per unit of clip space, along x and y.
 * @returns its row, or -1 when none is within `PICK_RADIUS`.
 */
export function pickSample(
  scene: PickScene,
  clip: readonly [number, number],
  perClip: readonly [number, number],
): number {
  const { from, to, fromAffine: a, toAffine: b, mix } = scene;
  const [px, py] = clip;
  const [sx, sy] = perClip;
  const unit = 1 / 65535;
  let best = -1;
  let bestSquare = PICK_RADIUS * PICK_RADIUS;
  for (let i = 0; i < from.count; i++) {
    const placedFrom = ((from.flags[i] as number) & FLAG_NOT_PLACED) === 0;
    const placedTo = ((to.flags[i] as number) & FLAG_NOT_PLACED) === 0;
    if (!placedFrom && !placedTo) continue;
    const share = !placedFrom ? 1 : !placedTo ? 0 : mix;
    const ax = (from.positions[2 * i] as number) * unit * a.scaleX + a.offsetX;
    const ay = (from.positions[2 * i + 1] as number) * unit * a.scaleY + a.offsetY;
    const bx = (to.positions[2 * i] as number) * unit * b.scaleX + b.offsetX;
    const by = (to.positions[2 * i + 1] as number) * unit * b.scaleY + b.offsetY;
    const dx = (ax + (bx - ax) * share - px) * sx;
    const dy = (ay + (by - ay) * share - py) * sy;
    const square = dx * dx + dy * dy;
    if (square < bestSquare && scene.shown(i)) {
      best = i;
      bestSquare = square;
    }
  }
  return best;
}
