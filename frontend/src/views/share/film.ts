/** Why this file: the epochs as a film, taken picture by picture while the view plays them once. */
import { fromFrameUnits } from "../../state/locate";
import type { Store } from "../../state/store";
import { compose, takePicture } from "./picture";

/** Pictures in which the last epoch is repeated, so that the eye can rest on it. */
const LAST_PICTURES = 12;
/** A slow machine leaves pictures out to keep the pace, and beyond this many its film is slower. */
const MOST_SKIPPED = 4;

/** What a film is recorded with. */
export interface Recorder {
  /** Pictures an epoch. */
  readonly perEpoch: number;
  /** A picture stays this long, ms. */
  readonly pictureMs: number;
  /** Whether pictures are shown at the pace of the film, because the recorder takes the time from the clock. */
  readonly live: boolean;
  /** Pixels of a picture to one of the screen. */
  readonly pixelRatio: number;
  /** Begins, with the first and the last picture there will be. */
  start(first: HTMLCanvasElement, last: HTMLCanvasElement): void;
  /** Takes what the canvas shows. */
  add(): void;
  /** The film, or what there is of it when the recording was called off or failed. */
  finish(): Promise<Blob>;
}

/**
 * Plays all epochs once and records them; the time in view is as it was afterwards.
 *
 * @param open makes the recorder of a canvas
 * @param said is told the share that is done, 0 .. 1
 * @returns the film; `null`: it was called off
 */
export async function recordFilm(
  store: Store,
  open: (canvas: HTMLCanvasElement) => Recorder,
  said: (share: number) => void,
  calledOff: AbortSignal,
): Promise<Blob | null> {
  const { view, derived } = store;
  const before = { time: view.time.peek(), follow: view.follow.peek() };
  const steps = derived.steps.peek();
  const film = document.createElement("canvas");
  const recorder = open(film);
  const { perEpoch, pictureMs, pixelRatio } = recorder;
  const show = async (at: number, canvas = film) => {
    store.seek(fromFrameUnits(steps, at));
    return compose(store, (await takePicture(store, pixelRatio)).canvas, pixelRatio, false, canvas);
  };
  view.playing.value = false;
  let made: Blob;
  try {
    const last = await show(steps.length - 1, document.createElement("canvas"));
    recorder.start(await show(0), last);
    const moving = (steps.length - 1) * perEpoch;
    let shownAt = performance.now();
    let [at, rested] = [0, 0];
    while (rested < LAST_PICTURES && !calledOff.aborted) {
      const earliest = recorder.live ? pause(pictureMs) : Promise.resolve();
      await show(at / perEpoch);
      recorder.add();
      said((at + rested) / (moving + LAST_PICTURES));
      await earliest;
      const now = performance.now();
      const late = Math.round((now - shownAt) / pictureMs);
      const due = recorder.live ? Math.min(Math.max(1, late), MOST_SKIPPED) : 1;
      shownAt = now;
      if (at === moving) rested += 1;
      // Every epoch is shown as it was, not only what lies between.
      at = Math.min(at + Math.min(due, perEpoch - (at % perEpoch)), moving);
    }
  } finally {
    made = await recorder.finish();
    if (before.follow) store.setFollow(true);
    else store.seek(before.time);
  }
  return calledOff.aborted ? null : made;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
