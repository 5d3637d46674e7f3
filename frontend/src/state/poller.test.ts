import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CLOSED_DELAY_MS, MAX_DELAY_MS, MIN_DELAY_MS, Poller, pollDelay } from "./poller";

describe("pollDelay", () => {
  it.each([
    [5, false, MIN_DELAY_MS],
    [300, false, 3_000],
    [9_000, false, MAX_DELAY_MS],
    [5, true, CLOSED_DELAY_MS],
    [2_000, true, 20_000],
  ])("%d ms, closed %s", (duration, closed, delay) => {
    expect(pollDelay(duration, closed)).toBe(delay);
  });
});

describe("Poller", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function counting(closed = false) {
    const signals: AbortSignal[] = [];
    const poller = new Poller(async (signal) => {
      signals.push(signal);
      return { durationMs: 200, closed };
    });
    return { poller, signals };
  }

  it("asks at once, then at its pace", async () => {
    const { poller, signals } = counting();
    poller.resume();
    expect(signals.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(signals.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(signals.length).toBe(2);
    poller.pause();
  });

  it("rests while paused and asks at once on return", async () => {
    const { poller, signals } = counting();
    poller.resume();
    await vi.advanceTimersByTimeAsync(0);
    poller.pause();
    poller.poke();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(signals.length).toBe(1);
    poller.resume();
    expect(signals.length).toBe(2);
    poller.pause();
  });

  it("asks now when poked, and not twice as often afterwards", async () => {
    const { poller, signals } = counting();
    poller.resume();
    await vi.advanceTimersByTimeAsync(500);
    poller.poke();
    expect(signals.length).toBe(2);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(signals.length).toBe(3);
    poller.pause();
  });

  it("abandons a request under way", async () => {
    const aborted: boolean[] = [];
    const poller = new Poller(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            aborted.push(true);
            reject(signal.reason);
          });
        }),
    );
    poller.resume();
    poller.poke();
    await vi.advanceTimersByTimeAsync(0);
    expect(aborted).toEqual([true]);
    poller.pause();
  });
});
