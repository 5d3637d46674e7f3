/**
 * Why this file: what happens to a sample from one epoch to the next, so that one can go from event to event instead of
 * watching. Everything is decided between two neighbouring epochs; epochs that are not on the client are gaps.
 */
import { FLAG_NOT_PLACED, type FrameData, UNKNOWN_CLASS } from "../data/types";
import { movement, rmsRadius } from "./movement";
import { gridOf } from "./plane_grid";

/**
 * "flip": another prediction. "jump": another confidence by more than `JUMP`. "moved": went farther in the map than
 * `movementBound`. "strayed": moved so, and so far from its neighbours as well, which did not go with it.
 */
export const EVENT_KINDS = ["flip", "jump", "moved", "strayed"] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Change of confidence, a probability, beyond which it is an event. */
export const JUMP = 0.5;
/** Standard deviations beyond the mean way of all samples at which a way is an event. */
const DEVIATIONS = 2;
/** Nearest samples on the map before whose way is compared with a sample's own. */
export const COMPANIONS = 15;
/** Confidences are stored in bytes. */
const BYTE = 255;

/** What is on the client of one epoch. Predictions may be known without a map, and the other way round. */
export interface Moment {
  readonly frame: FrameData | undefined;
  readonly prediction: Uint16Array | undefined;
  /** Probability of the prediction * 255. */
  readonly confidence: Uint8Array | undefined;
}

export interface SampleEvent {
  readonly kind: EventKind;
  readonly row: number;
  /** Frame at which it shows. */
  readonly frame: number;
  /** Of a flip the classes, of a jump the confidences (0 .. 1), before and after; of a way its bound and itself, in radii. */
  readonly from: number;
  readonly to: number;
}

/** How many samples each kind of event happens to; a sample that strays is counted among those that moved. */
export type EventCounts = Readonly<Record<"flip" | "jump" | "moved", number>>;

/** Mean + 2 standard deviations of all samples' ways between two frames, in the later one's RMS radii; NaN: no ways. */
export function movementBound(ways: Float32Array): number {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < ways.length; i++) {
    const way = ways[i] as number;
    if (Number.isNaN(way)) continue;
    count += 1;
    sum += way;
    squares += way * way;
  }
  const mean = sum / count;
  return mean + DEVIATIONS * Math.sqrt(Math.max(0, squares / count - mean * mean));
}

function flipped(before: Moment, now: Moment, row: number): boolean {
  const from = before.prediction?.[row] ?? UNKNOWN_CLASS;
  const to = now.prediction?.[row] ?? UNKNOWN_CLASS;
  return from !== UNKNOWN_CLASS && to !== UNKNOWN_CLASS && from !== to;
}

function jumped(before: Moment, now: Moment, row: number): boolean {
  const from = before.prediction?.[row] ?? UNKNOWN_CLASS;
  const to = now.prediction?.[row] ?? UNKNOWN_CLASS;
  if (from === UNKNOWN_CLASS || to === UNKNOWN_CLASS) return false;
  const [was, is] = [before.confidence?.[row], now.confidence?.[row]];
  return was !== undefined && is !== undefined && Math.abs(is - was) > JUMP * BYTE;
}

function placed(frame: FrameData, row: number): boolean {
  return ((frame.flags[row] ?? FLAG_NOT_PLACED) & FLAG_NOT_PLACED) === 0;
}

/** The way between two frames as x and y, layout units; `null`: not placed in both. */
function wayOf(before: FrameData, now: FrameData, row: number): readonly [number, number] | null {
  if (!placed(before, row) || !placed(now, row)) return null;
  const at = ({ bounds, positions }: FrameData, axis: 0 | 1) => {
    const [low, high] = [bounds[axis], bounds[(axis + 2) as 2 | 3]];
    return low + ((positions[2 * row + axis] as number) / 65_535) * (high - low);
  };
  return [at(now, 0) - at(before, 0), at(now, 1) - at(before, 1)];
}

/** How far a sample went from the mean of its companions, in layout units; infinite without any. */
function apart(before: FrameData, now: FrameData, row: number, way: readonly [number, number]): number {
  const ways = gridOf(before)
    .nearest(row, COMPANIONS)
    .map((other) => wayOf(before, now, other))
    .filter((other) => other !== null);
  const mean = (axis: 0 | 1) => ways.reduce((sum, other) => sum + other[axis], 0) / ways.length;
  return ways.length === 0 ? Number.POSITIVE_INFINITY : Math.hypot(way[0] - mean(0), way[1] - mean(1));
}

/** One pair of neighbouring epochs. */
export class Transition {
  private ways: Float32Array | null = null;

  /** @param frame index of the later one. */
  constructor(
    readonly frame: number,
    private readonly before: Moment,
    private readonly now: Moment,
  ) {}

  /** What `bound()` needs and no more is gone through once over all samples. */
  private allWays(): Float32Array | null {
    const { before, now } = this;
    if (before.frame === undefined || now.frame === undefined) return null;
    this.ways ??= movement(before.frame, now.frame);
    return this.ways;
  }

  /** In radii; NaN without two maps. */
  bound(): number {
    const ways = this.allWays();
    return ways === null ? Number.NaN : movementBound(ways);
  }

  /** Events of a few samples, ordered as `rows` are. @param bound from `bound()`. */
  of(rows: ArrayLike<number>, bound: number): SampleEvent[] {
    const { before, now, frame } = this;
    const events: SampleEvent[] = [];
    const radius = now.frame === undefined ? Number.NaN : rmsRadius(now.frame);
    for (let k = 0; k < rows.length; k++) {
      const row = rows[k] as number;
      if (flipped(before, now, row)) {
        const [from, to] = [before.prediction?.[row] as number, now.prediction?.[row] as number];
        events.push({ kind: "flip", row, frame, from, to });
      }
      if (jumped(before, now, row)) {
        const [from, to] = [before.confidence?.[row] as number, now.confidence?.[row] as number];
        events.push({ kind: "jump", row, frame, from: from / BYTE, to: to / BYTE });
      }
      if (before.frame === undefined || now.frame === undefined) continue;
      const way = wayOf(before.frame, now.frame, row);
      const far = way === null ? Number.NaN : Math.hypot(...way) / radius;
      if (way === null || !(far > bound)) continue;
      const alone = apart(before.frame, now.frame, row, way) / radius > bound;
      events.push({ kind: alone ? "strayed" : "moved", row, frame, from: bound, to: far });
    }
    return events;
  }

  /** Rows of all samples to which something happens. */
  rows(kind: keyof EventCounts): Uint32Array {
    const { before, now } = this;
    const n = now.prediction?.length ?? now.frame?.count ?? 0;
    const ways = kind === "moved" ? this.allWays() : null;
    const bound = ways === null ? Number.NaN : movementBound(ways);
    const happens = {
      flip: (row: number) => flipped(before, now, row),
      jump: (row: number) => jumped(before, now, row),
      moved: (row: number) => ways !== null && (ways[row] as number) > bound,
    }[kind];
    const rows: number[] = [];
    for (let row = 0; row < n; row++) if (happens(row)) rows.push(row);
    return Uint32Array.from(rows);
  }

  counts(): EventCounts {
    return {
      flip: this.rows("flip").length,
      jump: this.rows("jump").length,
      moved: this.rows("moved").length,
    };
  }
}
