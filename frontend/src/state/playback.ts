/** Why this file: where playback is next, as a pure function of the clock and of what is on the client. */
import { fromFrameUnits, toFrameUnits } from "./locate";

/** Frames a second at speed 1: slow enough to follow a cluster by eye. */
export const FRAMES_PER_SECOND = 2;
/** Longest step of the clock that counts; a tab that was asleep goes on where it was. */
export const MAX_ELAPSED_MS = 100;

export interface Clock {
  /** In step units. */
  readonly time: number;
  readonly elapsedMs: number;
  readonly speed: number;
  readonly loop: boolean;
}

export interface Buffer {
  readonly steps: readonly number[];
  /** Whether playback may pass over frame `i`: it is on the client, or will never be. */
  readonly passable: (i: number) => boolean;
}

export interface Playback {
  readonly time: number;
  readonly playing: boolean;
  /** Held because a frame is still being loaded: slow down rather than skip. */
  readonly waiting: boolean;
}

/** Advances by the elapsed time at an even pace in frames, however uneven the steps are. */
export function advance(clock: Clock, { steps, passable }: Buffer): Playback {
  const last = steps.length - 1;
  if (last < 1) return { time: clock.time, playing: false, waiting: false };
  const at = toFrameUnits(steps, clock.time);
  const moved = (Math.min(clock.elapsedMs, MAX_ELAPSED_MS) / 1000) * FRAMES_PER_SECOND * clock.speed;
  const wanted = at + moved;
  for (let frame = Math.floor(at); frame <= Math.min(Math.ceil(wanted), last); frame++) {
    if (passable(frame)) continue;
    return { time: fromFrameUnits(steps, Math.max(at, frame - 1)), playing: true, waiting: true };
  }
  if (wanted < last) return { time: fromFrameUnits(steps, wanted), playing: true, waiting: false };
  if (!clock.loop) return { time: steps[last] as number, playing: false, waiting: false };
  // The last frame is shown once before the first: wrapping from it would skip it at high speed.
  const time = at < last ? (steps[last] as number) : (steps[0] as number);
  return { time, playing: true, waiting: false };
}
