/**
 * Why this file: two maps that were drawn apart differ by a turn, a mirror, a scale and a shift that mean nothing. This
 * finds those that bring one map's samples nearest to the other's, and applies them to what a panel draws.
 */
import {
  type Bounds,
  FLAG_NOT_PLACED,
  type FrameData,
  type LandscapeData,
  UNKNOWN_CLASS,
} from "../data/types";

/** x' = `xx` x + `xy` y + `x`, y' = `yx` x + `yy` y + `y`: a turn or mirror times a scale, and a shift. */
export interface Similarity {
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
  readonly x: number;
  readonly y: number;
}

export const IDENTITY: Similarity = { xx: 1, xy: 0, yx: 0, yy: 1, x: 0, y: 0 };

/** How well a similarity fits. */
export interface Fit {
  readonly similarity: Similarity;
  /** 0 .. 1: share of the target's scatter that is explained. */
  readonly r2: number;
  /** Pairs that it was fitted to. */
  readonly pairs: number;
}

/** Two places and a scale cannot be told from a perfect fit. */
const LEAST_PAIRS = 3;
/** Cells of a landscape lose their strength on this stretch from the centre (0) to the edge (1), as the stage fades them. */
const FADE = { from: 0.72, to: 1 } as const;

/**
 * Procrustes analysis in the plane (Gower 1975), both sides brought to one size: the turn, mirrored or not, of least squared
 * distance from `source` to `target`. With centred places as complex numbers p and q the best turn is the direction of
 * sum(conj(p) q), that of the mirrored source the direction of sum(p q), and R^2 of either is |sum|^2 / (sum |p|^2 sum
 * |q|^2), the squared Procrustes correlation. The scale is sqrt(sum |q|^2 / sum |p|^2); the scale of least squares would
 * shrink maps that have little in common to a point.
 *
 * @param source x and y interleaved, layout units; a pair with a NaN is left out
 * @param target as many
 * @returns `null` when there are fewer than three pairs, or all of one side are in one place
 */
export function procrustes(source: Float64Array, target: Float64Array): Fit | null {
  const used: number[] = [];
  const centre = [0, 0, 0, 0] as [number, number, number, number];
  for (let i = 0; i < source.length; i += 2) {
    const pair = [source[i], source[i + 1], target[i], target[i + 1]] as [number, number, number, number];
    if (!pair.every(Number.isFinite)) continue;
    used.push(i);
    for (let k = 0; k < 4; k++) (centre[k] as number) += pair[k] as number;
  }
  const n = used.length;
  if (n < LEAST_PAIRS) return null;
  const [px, py, qx, qy] = centre.map((sum) => sum / n) as [number, number, number, number];
  let [pp, qq, turnRe, turnIm, mirrorRe, mirrorIm] = [0, 0, 0, 0, 0, 0];
  for (const i of used) {
    const [a, b] = [(source[i] as number) - px, (source[i + 1] as number) - py];
    const [c, d] = [(target[i] as number) - qx, (target[i + 1] as number) - qy];
    pp += a * a + b * b;
    qq += c * c + d * d;
    turnRe += a * c + b * d;
    turnIm += a * d - b * c;
    mirrorRe += a * c - b * d;
    mirrorIm += a * d + b * c;
  }
  if (pp === 0 || qq === 0) return null;
  const mirrored = mirrorRe ** 2 + mirrorIm ** 2 > turnRe ** 2 + turnIm ** 2;
  const [sumRe, sumIm] = mirrored ? [mirrorRe, mirrorIm] : [turnRe, turnIm];
  const length = Math.hypot(sumRe, sumIm);
  const scale = Math.sqrt(qq / pp);
  // Without any likeness every turn is as good: none is made.
  const [re, im] = length === 0 ? [scale, 0] : [(scale * sumRe) / length, (scale * sumIm) / length];
  const sign = mirrored ? -1 : 1;
  // z -> (re + i im) z, or of the conjugate of z.
  const [xx, xy, yx, yy] = [re, -sign * im, im, sign * re];
  const similarity = { xx, xy, yx, yy, x: qx - xx * px - xy * py, y: qy - yx * px - yy * py };
  return { similarity, r2: Math.min(1, length ** 2 / (pp * qq)), pairs: n };
}

/** Places of a frame's samples in layout units, x and y interleaved; NaN where a sample has none. */
export function places({ count, positions, flags, bounds: [x0, y0, x1, y1] }: FrameData): Float64Array {
  const out = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const absent = ((flags[i] as number) & FLAG_NOT_PLACED) !== 0;
    out[2 * i] = absent ? Number.NaN : x0 + ((positions[2 * i] as number) / 65535) * (x1 - x0);
    out[2 * i + 1] = y0 + ((positions[2 * i + 1] as number) / 65535) * (y1 - y0);
  }
  return out;
}

/** What a frame's extent becomes: of the ellipse in it, because the corners of a map are empty. */
export function moveBounds([x0, y0, x1, y1]: Bounds, s: Similarity): Bounds {
  const [a, b] = [(x1 - x0) / 2, (y1 - y0) / 2];
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const [cx, cy] = [s.xx * x + s.xy * y + s.x, s.yx * x + s.yy * y + s.y];
  const [w, h] = [Math.hypot(s.xx * a, s.xy * b), Math.hypot(s.yx * a, s.yy * b)];
  return [cx - w, cy - h, cx + w, cy + h];
}

/** How rows and classes of one run are those of another. */
export interface Matching {
  /** Row among the source's samples of each target row, or -1; `null`: they are the same. */
  readonly rows: Int32Array | null;
  /** Target's class of each of the source's, or `UNKNOWN_CLASS`; `null`: they are the same. */
  readonly classes: Uint16Array | null;
}

/** A frame with its samples in another order, and moved. Samples that are not there have no place. */
export function moveFrame(frame: FrameData, { rows, classes }: Matching, s: Similarity): FrameData {
  const count = rows?.length ?? frame.count;
  const from = places(frame);
  const moved = new Float64Array(2 * count);
  const [prediction, confidence] = [new Uint16Array(count).fill(UNKNOWN_CLASS), new Uint8Array(count)];
  const [flags, kept] = [new Uint8Array(count).fill(FLAG_NOT_PLACED), new Uint8Array(count)];
  const positions = new Uint16Array(2 * count);
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < count; i++) {
    const row = rows === null ? i : (rows[i] as number);
    if (row < 0 || row >= frame.count) continue;
    const [x, y] = [from[2 * row] as number, from[2 * row + 1] as number];
    const predicted = frame.prediction[row] as number;
    prediction[i] = classes === null ? predicted : (classes[predicted] ?? UNKNOWN_CLASS);
    confidence[i] = frame.confidence[row] as number;
    flags[i] = frame.flags[row] as number;
    kept[i] = frame.kept[row] as number;
    if (Number.isNaN(x)) continue;
    const [u, v] = [s.xx * x + s.xy * y + s.x, s.yx * x + s.yy * y + s.y];
    moved[2 * i] = u;
    moved[2 * i + 1] = v;
    [x0, y0, x1, y1] = [Math.min(x0, u), Math.min(y0, v), Math.max(x1, u), Math.max(y1, v)];
  }
  const bounds: Bounds = x0 < x1 && y0 < y1 ? [x0, y0, x1, y1] : moveBounds(frame.bounds, s);
  for (let i = 0; i < count; i++) {
    if (((flags[i] as number) & FLAG_NOT_PLACED) !== 0) continue;
    positions[2 * i] = Math.round((((moved[2 * i] as number) - bounds[0]) / (bounds[2] - bounds[0])) * 65535);
    positions[2 * i + 1] = Math.round(
      (((moved[2 * i + 1] as number) - bounds[1]) / (bounds[3] - bounds[1])) * 65535,
    );
  }
  return { step: frame.step, count, bounds, positions, prediction, confidence, flags, kept };
}

/** What is left of a cell's strength at a place of its grid, both coordinates 0 .. 1. */
function fade(u: number, v: number): number {
  const away = Math.hypot((2 * u - 1) ** 2, (2 * v - 1) ** 2) ** 0.5;
  const t = Math.min(Math.max((away - FADE.from) / (FADE.to - FADE.from), 0), 1);
  return 1 - t * t * (3 - 2 * t);
}

/** A landscape on another grid of as many cells, each taken from the cell that it was moved from. */
export function moveLandscape(
  landscape: LandscapeData,
  classes: Uint16Array | null,
  s: Similarity,
): LandscapeData {
  const { size, cells, bounds, step } = landscape;
  const [x0, y0, x1, y1] = bounds;
  const corners = [x0, x1].flatMap((x) =>
    [y0, y1].map((y) => [s.xx * x + s.xy * y + s.x, s.yx * x + s.yy * y + s.y]),
  );
  const along = (k: 0 | 1) => corners.map((corner) => corner[k] as number);
  const to: Bounds = [
    Math.min(...along(0)),
    Math.min(...along(1)),
    Math.max(...along(0)),
    Math.max(...along(1)),
  ];
  const determinant = s.xx * s.yy - s.xy * s.yx;
  const out = new Uint8Array(cells.length);
  for (let r = 0; r < size; r++) {
    for (let c = 0; c < size; c++) {
      const u = to[0] + ((c + 0.5) / size) * (to[2] - to[0]) - s.x;
      const v = to[1] + ((r + 0.5) / size) * (to[3] - to[1]) - s.y;
      const across = ((s.yy * u - s.xy * v) / determinant - x0) / (x1 - x0);
      const up = ((s.xx * v - s.yx * u) / determinant - y0) / (y1 - y0);
      const at = 4 * (r * size + c);
      // Outside its own grid a landscape says nothing: the nearest class, and no confidence in it.
      const column = Math.min(Math.max(Math.floor(across * size), 0), size - 1);
      const row = Math.min(Math.max(Math.floor(up * size), 0), size - 1);
      const taken = 4 * (row * size + column);
      const own = (cells[taken] as number) + 256 * (cells[taken + 1] as number);
      const known = classes === null ? own : (classes[own] ?? UNKNOWN_CLASS);
      const strength = known === UNKNOWN_CLASS ? 0 : fade(across, up);
      out[at] = known & 255;
      out[at + 1] = known >> 8;
      out[at + 2] = strength * (cells[taken + 2] as number);
      out[at + 3] = strength * (cells[taken + 3] as number);
    }
  }
  return { step, size, bounds: to, cells: out };
}
