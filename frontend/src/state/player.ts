/** Why this file: turns the browser's frames into playback; where to go is decided by the pure `playback.ts`. */
import { batch, computed, effect } from "@preact/signals";
import { fromFrameUnits, toFrameUnits } from "./locate";
import { advance } from "./playback";
import type { Store } from "./store";

/** Starts; the returned function stops it. */
export function startPlayer(store: Store): () => void {
  const { view, data, derived, transient } = store;
  let request = 0;
  let lastAt = 0;
  /** Where playback is; differs from what is shown only when motion is reduced to whole frames. */
  let cursor = 0;
  let shown = Number.NaN;

  /** A new frame of a followed run is glided to, so that the eye can follow the samples there. */
  const following = computed(() => view.follow.value && view.time.value < (derived.steps.value.at(-1) ?? 0));
  const running = computed(() => transient.visible.value && (view.playing.value || following.value));

  function frame(at: number): void {
    request = requestAnimationFrame(frame);
    const steps = derived.steps.peek();
    const playing = view.playing.peek();
    if (view.time.peek() !== shown) cursor = view.time.peek();
    const buffered = data.buffered.peek();
    const failed = data.failed.peek();
    const behind = steps.length - 1 - toFrameUnits(steps, cursor);
    const next = advance(
      {
        time: cursor,
        elapsedMs: at - lastAt,
        // However many frames came, the glide takes about as long as one.
        speed: playing ? view.speed.peek() : Math.max(1, behind),
        loop: playing && view.loop.peek(),
      },
      { steps, passable: (i) => buffered.has(i) || failed.has(i) },
    );
    lastAt = at;
    cursor = next.time;
    shown = transient.reducedMotion.peek()
      ? fromFrameUnits(steps, Math.floor(toFrameUnits(steps, cursor)))
      : cursor;
    batch(() => {
      view.time.value = shown;
      if (!playing) return;
      data.waiting.value = next.waiting;
      view.playing.value = next.playing;
    });
  }

  const stop = effect(() => {
    cancelAnimationFrame(request);
    if (!running.value) {
      data.waiting.value = false;
      return;
    }
    lastAt = performance.now();
    shown = Number.NaN;
    request = requestAnimationFrame(frame);
  });
  return () => {
    stop();
    cancelAnimationFrame(request);
  };
}
