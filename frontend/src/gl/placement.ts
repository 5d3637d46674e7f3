/** Why this file: where samples are drawn between two frames, said once on the client as the shader does on the GPU. */
import { FLAG_NOT_PLACED, type FrameData } from "../data/types";
import type { Affine } from "./camera";

/** Two frames, and where each one's normalised positions lie in some plane: clip space, or layout units. */
export interface Placement {
  readonly from: FrameData;
  readonly to: FrameData;
  readonly fromAffine: Affine;
  readonly toAffine: Affine;
  /** 0 = `from`, 1 = `to`. */
  readonly mix: number;
}

const UNIT = 1 / 65535;

/** Samples that are placed at a time: few enough that their places stay in the processor's cache. */
const BLOCK = 2048;
const placesX = new Float64Array(BLOCK);
const placesY = new Float64Array(BLOCK);

/**
 * Calls back with places of consecutive samples, in order of rows: sample `first + k` lies at `x[k]`, `y[k]` for k below
 * `count`; `x[k]` is NaN where it has no place. A sample that has one in one of the frames only stays there. The arrays are reused.
 */
export function eachBlock(
  placement: Placement,
  found: (first: number, count: number, x: Float64Array, y: Float64Array) => void,
): void {
  const count = Math.min(placement.from.count, placement.to.count);
  for (let first = 0; first < count; first += BLOCK) {
    const size = Math.min(BLOCK, count - first);
    place(placement, first, size);
    found(first, size, placesX, placesY);
  }
}

function place({ from, to, fromAffine: a, toAffine: b, mix }: Placement, first: number, size: number): void {
  const [p, q, fromFlags, toFlags] = [from.positions, to.positions, from.flags, to.flags];
  const [fromX, fromY, toX, toY] = [UNIT * a.scaleX, UNIT * a.scaleY, UNIT * b.scaleX, UNIT * b.scaleY];
  const [fromX0, fromY0, toX0, toY0] = [a.offsetX, a.offsetY, b.offsetX, b.offsetY];
  if (p === q) {
    // On a true frame, where time rests most, half of the work is enough.
    for (let k = 0; k < size; k++) {
      const i = first + k;
      const absent = ((fromFlags[i] as number) & FLAG_NOT_PLACED) !== 0;
      placesX[k] = absent ? Number.NaN : (p[2 * i] as number) * fromX + fromX0;
      placesY[k] = (p[2 * i + 1] as number) * fromY + fromY0;
    }
    return;
  }
  for (let k = 0; k < size; k++) {
    const i = first + k;
    const absentFrom = (fromFlags[i] as number) & FLAG_NOT_PLACED;
    const absentTo = (toFlags[i] as number) & FLAG_NOT_PLACED;
    const share = absentFrom === 0 ? (absentTo === 0 ? mix : 0) : absentTo === 0 ? 1 : Number.NaN;
    const rest = 1 - share;
    placesX[k] = rest * ((p[2 * i] as number) * fromX + fromX0) + share * ((q[2 * i] as number) * toX + toX0);
    placesY[k] =
      rest * ((p[2 * i + 1] as number) * fromY + fromY0) + share * ((q[2 * i + 1] as number) * toY + toY0);
  }
}

/** The affine that takes a frame's positions to its own layout units. */
export function layoutAffine({ bounds: [x0, y0, x1, y1] }: FrameData): Affine {
  return { scaleX: x1 - x0, scaleY: y1 - y0, offsetX: x0, offsetY: y0 };
}

/** Mean place in layout units of the samples that `mask` marks; `null` when none of them has a place. */
export function centreOf(
  from: FrameData,
  to: FrameData,
  mix: number,
  mask: Uint8Array,
): [number, number] | null {
  let [n, sumX, sumY] = [0, 0, 0];
  const placement = { from, to, mix, fromAffine: layoutAffine(from), toAffine: layoutAffine(to) };
  eachBlock(placement, (first, count, x, y) => {
    for (let k = 0; k < count; k++) {
      if (mask[first + k] !== 1 || Number.isNaN(x[k])) continue;
      n += 1;
      sumX += x[k] as number;
      sumY += y[k] as number;
    }
  });
  return n === 0 ? null : [sumX / n, sumY / n];
}
