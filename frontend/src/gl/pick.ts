/** Why this file: which sample is under the pointer; brute force over the interpolated positions, 2 ms for 100,000. */
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
