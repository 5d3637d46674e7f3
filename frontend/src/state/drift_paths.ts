/** Why this file: where the centre of each class has been on the map, from the frames that are on the client. Pure. */
import { FLAG_NOT_PLACED, type FrameData } from "../data/types";

/** Pieces of a path, at most: of a longer run every n-th frame and the newest. */
export const MOST_PIECES = 60;

/** x, y of each class's mean place in layout units; NaN where none of its samples has a place. [2 * classes] */
export function classCentres(frame: FrameData, labels: Int32Array, classes: number): Float64Array {
  const sums = new Float64Array(2 * classes);
  const counts = new Float64Array(classes);
  const count = Math.min(frame.count, labels.length);
  for (let row = 0; row < count; row++) {
    const label = labels[row] as number;
    if (label < 0 || label >= classes || ((frame.flags[row] as number) & FLAG_NOT_PLACED) !== 0) continue;
    counts[label] = (counts[label] as number) + 1;
    sums[2 * label] = (sums[2 * label] as number) + (frame.positions[2 * row] as number);
    sums[2 * label + 1] = (sums[2 * label + 1] as number) + (frame.positions[2 * row + 1] as number);
  }
  const [x0, y0, x1, y1] = frame.bounds;
  const [perX, perY] = [(x1 - x0) / 65535, (y1 - y0) / 65535];
  for (let c = 0; c < classes; c++) {
    sums[2 * c] = x0 + ((sums[2 * c] as number) / (counts[c] as number)) * perX;
    sums[2 * c + 1] = y0 + ((sums[2 * c + 1] as number) / (counts[c] as number)) * perY;
  }
  return sums;
}

/** Centres of frames, each computed once. */
export class CentreCache {
  private readonly known = new Map<string, Float64Array>();
  private labels: Int32Array | null = null;

  at(key: string, frame: FrameData | undefined, labels: Int32Array, classes: number): Float64Array | null {
    if (labels !== this.labels) this.known.clear();
    this.labels = labels;
    const known = this.known.get(key);
    if (known !== undefined || frame === undefined) return known ?? null;
    const made = classCentres(frame, labels, classes);
    this.known.set(key, made);
    return made;
  }
}

/** A piece of a class's path, in layout units. */
export interface Piece {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** 0: the oldest; 1: now. */
  readonly age: number;
}

export interface DriftPath {
  readonly class: number;
  readonly pieces: readonly Piece[];
  readonly now: readonly [number, number];
}

/**
 * The way of each class up to now; frames that are not on the client leave a gap.
 *
 * @param now in frame units: 12.5 is half way from frame 12 to frame 13.
 * @param centresAt of a frame; `null`: it is not on the client.
 */
export function driftPaths(
  now: number,
  classes: number,
  centresAt: (frame: number) => Float64Array | null,
): DriftPath[] {
  const last = Math.floor(now);
  const every = Math.max(1, Math.ceil(last / MOST_PIECES));
  const frames: number[] = [];
  for (let i = last; i >= 0; i -= every) frames.unshift(i);
  const stations = frames.map((i) => ({ at: i, centres: centresAt(i) }));
  const ahead = now > last ? centresAt(last + 1) : null;
  const here = stations.at(-1)?.centres ?? null;
  if (ahead !== null && here !== null) {
    const between = here.map((value, k) => value + (now - last) * ((ahead[k] as number) - value));
    stations.push({ at: now, centres: between });
  }
  const paths: DriftPath[] = [];
  for (let c = 0; c < classes; c++) {
    const place = (centres: Float64Array | null | undefined): [number, number] | null => {
      const [x, y] = [centres?.[2 * c] ?? Number.NaN, centres?.[2 * c + 1] ?? Number.NaN];
      return Number.isNaN(x) || Number.isNaN(y) ? null : [x, y];
    };
    const end = place(stations.at(-1)?.centres);
    if (end === null) continue;
    const pieces = stations.slice(1).flatMap(({ at, centres }, k): Piece[] => {
      const [from, to] = [place(stations[k]?.centres), place(centres)];
      return from === null || to === null ? [] : [{ from, to, age: now > 0 ? at / now : 1 }];
    });
    paths.push({ class: c, pieces, now: end });
  }
  return paths;
}
