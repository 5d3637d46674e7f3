import { describe, expect, it } from "vitest";
import { advance, FRAMES_PER_SECOND, MAX_ELAPSED_MS } from "./playback";

const STEPS = [0, 1, 2, 3];
const all = { steps: STEPS, passable: () => true };
const only = (...loaded: number[]) => ({ steps: STEPS, passable: (i: number) => loaded.includes(i) });
const tick = (time: number, more = {}) => ({ time, elapsedMs: 50, speed: 1, loop: false, ...more });
const perTick = 0.05 * FRAMES_PER_SECOND;

describe("advance", () => {
  it("moves by the clock and the speed", () => {
    expect(advance(tick(1), all)).toEqual({ time: 1 + perTick, playing: true, waiting: false });
    expect(advance(tick(1, { speed: 4 }), all).time).toBeCloseTo(1 + 4 * perTick, 12);
  });

  it("has an even pace in frames", () => {
    const uneven = { steps: [0, 1000, 1001], passable: () => true };
    expect(advance(tick(0), uneven).time).toBeCloseTo(1000 * perTick, 9);
    expect(advance(tick(1000), uneven).time).toBeCloseTo(1000 + perTick, 9);
  });

  it("does not leap after a pause of the browser", () => {
    const late = advance(tick(0, { elapsedMs: 60_000 }), all).time;
    expect(late).toBeCloseTo((MAX_ELAPSED_MS / 1000) * FRAMES_PER_SECOND, 12);
  });

  it("stops on the last frame", () => {
    expect(advance(tick(2.99), all)).toEqual({ time: 3, playing: false, waiting: false });
  });

  it("shows the last frame before it begins again", () => {
    const loop = { loop: true };
    expect(advance(tick(2.99, loop), all)).toEqual({ time: 3, playing: true, waiting: false });
    expect(advance(tick(3, loop), all)).toEqual({ time: 0, playing: true, waiting: false });
  });

  it("waits for a frame rather than skip it", () => {
    const held = advance(tick(1), only(0, 1));
    expect(held).toEqual({ time: 1, playing: true, waiting: true });
    expect(advance(tick(1.5), only(0, 1))).toEqual({ time: 1.5, playing: true, waiting: true });
    expect(advance(tick(1), only(0, 1, 2)).waiting).toBe(false);
  });

  it("never passes a gap at high speed", () => {
    const fast = tick(0, { speed: 8, elapsedMs: 100 });
    expect(advance(fast, only(0, 1, 3)).time).toBe(1);
  });

  it("has nothing to play with one frame or none", () => {
    expect(advance(tick(0), { steps: [0], passable: () => true }).playing).toBe(false);
    expect(advance(tick(0), { steps: [], passable: () => true }).playing).toBe(false);
  });
});
