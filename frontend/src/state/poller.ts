/** Why this file: asks again at a pace that the server can bear: ten times as long as it took to answer. */

export const MIN_DELAY_MS = 1_000;
export const MAX_DELAY_MS = 30_000;
/** Pace once the writer is closed: training may still be resumed. */
export const CLOSED_DELAY_MS = 10_000;
/** Pace while nobody looks: only the count of alerts in the title can be seen. */
export const UNSEEN_DELAY_MS = 15_000;
/** Share of the time that the server may spend on this tab: one tenth. */
const DUTY = 10;

/** Pause before the next request, from how long the last one took. */
export function pollDelay(durationMs: number, closed: boolean): number {
  const adaptive = Math.min(Math.max(MIN_DELAY_MS, DUTY * durationMs), MAX_DELAY_MS);
  return closed ? Math.max(CLOSED_DELAY_MS, adaptive) : adaptive;
}

export interface PollResult {
  /** How long the measured request took. */
  readonly durationMs: number;
  readonly closed: boolean;
}

/** Runs `task` now and again and again; never two at a time. */
export class Poller {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private inFlight: AbortController | undefined;
  private paused = true;
  private leastMs = 0;

  /** @param task must not throw except when aborted. */
  constructor(private readonly task: (signal: AbortSignal) => Promise<PollResult>) {}

  /** Asks at once; a request under way is abandoned, because what it asks for may have changed. */
  poke(): void {
    if (this.paused) return;
    this.cancel();
    void this.run();
  }

  /** @param leastMs pause between two requests at least. */
  resume(leastMs = 0): void {
    const sooner = leastMs < this.leastMs;
    this.leastMs = leastMs;
    if (!this.paused && !sooner) return;
    this.paused = false;
    this.poke();
  }

  pause(): void {
    this.paused = true;
    this.cancel();
  }

  private cancel(): void {
    clearTimeout(this.timer);
    this.inFlight?.abort();
    this.inFlight = undefined;
  }

  private async run(): Promise<void> {
    const controller = new AbortController();
    this.inFlight = controller;
    let result: PollResult;
    try {
      result = await this.task(controller.signal);
    } catch (error) {
      if (controller.signal.aborted) return;
      throw error;
    }
    if (controller.signal.aborted) return;
    const delay = Math.max(this.leastMs, pollDelay(result.durationMs, result.closed));
    this.timer = setTimeout(() => void this.run(), delay);
  }
}
