/**
 * Why this file: which sample is under the pointer. On a true frame nearly all samples are passed over by comparing what is
 * stored; between two frames every sample's place is computed.
 */
import { FLAG_NOT_PLACED } from "../data/types";
import { eachBlock, type Placement } from "./placement";

/** How far from a sample's centre the pointer may be, CSS pixels. */
export const PICK_RADIUS = 12;

/**
 * The sample nearest to a point.
 *
 * @param scene where samples lie in clip space.
 * @param clip the point in clip space.
 * @param perClip CSS pixels per unit of clip space, along x and y.
 * @param shown whether a sample is drawn at all: its class is not hidden, no filter leaves it out; `null`: all are.
 * @returns its row, or -1 when none is within `PICK_RADIUS`.
 */
export function pickSample(
  scene: Placement,
  clip: readonly [number, number],
  perClip: readonly [number, number],
  shown: ((i: number) => boolean) | null,
): number {
  if (scene.from === scene.to) return pickResting(scene, clip, perClip, shown);
  const [px, py] = clip;
  const [sx, sy] = perClip;
  let best = -1;
  let bestSquare = PICK_RADIUS * PICK_RADIUS;
  eachBlock(scene, (first, count, x, y) => {
    for (let k = 0; k < count; k++) {
      const dx = ((x[k] as number) - px) * sx;
      const dy = ((y[k] as number) - py) * sy;
      const square = dx * dx + dy * dy;
      // False for NaN.
      if (square < bestSquare && (shown === null || shown(first + k))) {
        best = first + k;
        bestSquare = square;
      }
    }
  });
  return best;
}

/** Largest stored position along an axis. */
const MOST = 65_535;

function pickResting(
  { from: { count, positions, flags }, fromAffine }: Placement,
  [px, py]: readonly [number, number],
  [sx, sy]: readonly [number, number],
  shown: ((i: number) => boolean) | null,
): number {
  // Stored steps from the pointer, and CSS pixels to a step.
  const x = (MOST * (px - fromAffine.offsetX)) / fromAffine.scaleX;
  const y = (MOST * (py - fromAffine.offsetY)) / fromAffine.scaleY;
  const [perX, perY] = [(sx * fromAffine.scaleX) / MOST, (sy * fromAffine.scaleY) / MOST];
  const [reachX, reachY] = [PICK_RADIUS / perX, PICK_RADIUS / perY];
  let best = -1;
  let bestSquare = PICK_RADIUS * PICK_RADIUS;
  for (let i = 0; i < count; i++) {
    const dx = (positions[2 * i] as number) - x;
    if (dx > reachX || dx < -reachX) continue;
    const dy = (positions[2 * i + 1] as number) - y;
    if (dy > reachY || dy < -reachY) continue;
    const square = (dx * perX) ** 2 + (dy * perY) ** 2;
    if (square >= bestSquare || ((flags[i] as number) & FLAG_NOT_PLACED) !== 0) continue;
    if (shown !== null && !shown(i)) continue;
    best = i;
    bestSquare = square;
  }
  return best;
}
