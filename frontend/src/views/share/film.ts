/** Why this file: the epochs as a film, recorded by the browser while the view plays them once. */
import { fromFrameUnits } from "../../state/locate";
import type { Store } from "../../state/store";
import { compose, takePicture } from "./picture";

/** Pictures an epoch, and how often the last one is repeated, so that the eye can rest on it. */
const PICTURES_PER_EPOCH = 8;
const LAST_PICTURES = 12;
/** Time for the recorder to catch up, ms. */
const FLUSH_MS = 600;
/** A picture stays at least this long. */
const PICTURE_MS = 62;
/** A slow machine leaves pictures out to keep the pace, and beyond this many its film is slower. */
const MOST_SKIPPED = 4;
/** Enough for thin rings to stay sharp. */
const BITS_PER_SECOND = 8_000_000;

/** The kind of film that this browser can record; `null`: none. */
export function filmType(): string | null {
  if (typeof MediaRecorder === "undefined" || !("captureStream" in HTMLCanvasElement.prototype)) return null;
  const types = ["video/webm;codecs=vp8", "video/webm;codecs=vp9", "video/webm"];
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
  // Nothing is taken from the canvas but what is handed over.
  const stream = film.captureStream(0);
  const track = stream.getVideoTracks()[0] as CanvasCaptureMediaStreamTrack;
  const recorder = new MediaRecorder(stream, {
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
    const moving = (steps.length - 1) * PICTURES_PER_EPOCH;
    let before = performance.now();
    let [at, rested] = [0, 0];
    while (rested < LAST_PICTURES && !calledOff.aborted) {
      const earliest = pause(PICTURE_MS);
      await show(at / PICTURES_PER_EPOCH);
      track.requestFrame();
      said((at + rested) / (moving + LAST_PICTURES));
      await earliest;
      const now = performance.now();
      const due = Math.min(Math.max(1, Math.round((now - before) / PICTURE_MS)), MOST_SKIPPED);
      before = now;
      if (at === moving) rested += 1;
      // Every epoch is shown as it was, not only what lies between.
      at = Math.min(at + Math.min(due, PICTURES_PER_EPOCH - (at % PICTURES_PER_EPOCH)), moving);
    }
    // What the recorder has not encoded yet when it is stopped is lost.
    await pause(FLUSH_MS);
  } finally {
    recorder.stop();
    await stopped;
    if (before.follow) store.setFollow(true);
    else store.seek(before.time);
  }
  return calledOff.aborted ? null : new Blob(pieces, { type });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
