/** Why this file: the epochs as a film, recorded by the browser while the view plays them once. */
import { fromFrameUnits } from "../../state/locate";
import type { Store } from "../../state/store";
import { compose, takePicture } from "./picture";

/** Time that one epoch takes, and how long the last one stays, ms. */
const EPOCH_MS = 500;
const REST_MS = 800;
const FRAMES_PER_SECOND = 30;
/** Enough for thin rings to stay sharp. */
const BITS_PER_SECOND = 8_000_000;

/** The kind of film that this browser can record; `null`: none. */
export function filmType(): string | null {
  if (typeof MediaRecorder === "undefined" || !("captureStream" in HTMLCanvasElement.prototype)) return null;
  const types = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];
  return types.find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/**
 * Plays all epochs once and records them; the time in view is as it was afterwards.
 *
 * @param said is told the share that is done, 0 .. 1
 * @returns the film; `null`: it was called off
 */
export async function recordFilm(
  store: Store,
  type: string,
  said: (share: number) => void,
  calledOff: AbortSignal,
): Promise<Blob | null> {
  const { view, derived } = store;
  const before = { time: view.time.peek(), follow: view.follow.peek() };
  const steps = derived.steps.peek();
  const pixelRatio = window.devicePixelRatio;
  const film = document.createElement("canvas");
  const show = async (at: number) => {
    store.seek(fromFrameUnits(steps, at));
    compose(store, (await takePicture(store, pixelRatio)).canvas, pixelRatio, false, film);
  };
  view.playing.value = false;
  await show(0);
  const recorder = new MediaRecorder(film.captureStream(FRAMES_PER_SECOND), {
    mimeType: type,
    videoBitsPerSecond: BITS_PER_SECOND,
  });
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const stopped = new Promise((resolve) => {
    recorder.onstop = resolve;
  });
  recorder.start();
  try {
    const length = (steps.length - 1) * EPOCH_MS;
    const from = performance.now();
    for (;;) {
      const elapsed = performance.now() - from;
      if (calledOff.aborted || elapsed >= length + REST_MS) break;
      await show(Math.min(elapsed / EPOCH_MS, steps.length - 1));
      said(Math.min(1, elapsed / (length + REST_MS)));
    }
  } finally {
    recorder.stop();
    await stopped;
    if (before.follow) store.setFollow(true);
    else store.seek(before.time);
  }
  return calledOff.aborted ? null : new Blob(pieces, { type });
}
