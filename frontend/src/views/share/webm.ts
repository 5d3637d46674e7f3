/** Why this file: a film as WebM, which the browser records itself: small and smooth, where it can. */
import { pause, type Recorder } from "./film";

/** Time for the recorder to catch up, ms: what it has not encoded yet when it is stopped is lost. */
const FLUSH_MS = 600;
/** Enough for thin rings to stay sharp. */
const BITS_PER_SECOND = 8_000_000;

/** The kind of film that this browser can record; `null`: none. */
export function webmType(): string | null {
  if (typeof MediaRecorder === "undefined" || !("captureStream" in HTMLCanvasElement.prototype)) return null;
  const types = ["video/webm;codecs=vp8", "video/webm;codecs=vp9", "video/webm"];
  return types.find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/** Records a canvas. @param mimeType from `webmType` */
export function webmRecorder(canvas: HTMLCanvasElement, mimeType: string): Recorder {
  // Nothing is taken from the canvas but what is handed over.
  const stream = canvas.captureStream(0);
  const track = stream.getVideoTracks()[0] as CanvasCaptureMediaStreamTrack;
  const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: BITS_PER_SECOND });
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const stopped = new Promise((resolve) => {
    recorder.onstop = resolve;
  });
  return {
    perEpoch: 8,
    pictureMs: 62,
    live: true,
    pixelRatio: window.devicePixelRatio,
    start: () => recorder.start(),
    add: () => track.requestFrame(),
    finish: async () => {
      if (recorder.state !== "inactive") {
        await pause(FLUSH_MS);
        recorder.stop();
        await stopped;
      }
      return new Blob(pieces, { type: mimeType });
    },
  };
}
