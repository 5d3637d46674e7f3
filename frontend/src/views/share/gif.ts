/** Why this file: a film as GIF, which every program shows and every browser can make: 256 colours, and larger than WebM. */
import { applyPalette, GIFEncoder, quantize } from "gifenc";
import type { Recorder } from "./film";

/** Pixels across; a map as wide as a screen would make tens of megabytes. */
const MOST_ACROSS = 960;
/** One of 256 colours stands for "as in the picture before": of what stands still nothing is stored again. */
const COLOURS = 255;
const UNCHANGED = COLOURS;
/** GIF counts hundredths of a second. */
const PICTURE_MS = 100;

/** Records a canvas. */
export function gifRecorder(canvas: HTMLCanvasElement): Recorder {
  const encoder = GIFEncoder();
  const small = document.createElement("canvas");
  const context = small.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("This browser has no 2-D canvas.");
  let palette: number[][] = [];
  let shown: Uint8Array | null = null;
  const pixels = (of: HTMLCanvasElement) => {
    context.drawImage(of, 0, 0, small.width, small.height);
    return context.getImageData(0, 0, small.width, small.height).data;
  };
  return {
    perEpoch: 4,
    pictureMs: PICTURE_MS,
    live: false,
    pixelRatio: 1,
    start: (first, last) => {
      const scale = Math.min(1, MOST_ACROSS / first.width);
      small.width = Math.round(first.width * scale);
      small.height = Math.round(first.height * scale);
      // One palette for all pictures, or colours would flicker; between them these two have nearly every colour there will be.
      const ends = [pixels(first), pixels(last)] as const;
      const both = new Uint8ClampedArray(ends[0].length + ends[1].length);
      both.set(ends[0]);
      both.set(ends[1], ends[0].length);
      palette = quantize(both, COLOURS);
    },
    add: () => {
      const now = applyPalette(pixels(canvas), palette);
      const before = shown;
      const drawn =
        before === null ? now : now.map((colour, i) => (colour === before[i] ? UNCHANGED : colour));
      shown = now;
      const whole = [...palette, ...Array.from({ length: 256 - palette.length }, () => [0, 0, 0])];
      encoder.writeFrame(drawn, small.width, small.height, {
        ...(before === null && { palette: whole }),
        delay: PICTURE_MS,
        transparent: before !== null,
        transparentIndex: UNCHANGED,
        // What a picture leaves out stays.
        dispose: 1,
      });
    },
    finish: () => {
      encoder.finish();
      return Promise.resolve(new Blob([encoder.bytes() as Uint8Array<ArrayBuffer>], { type: "image/gif" }));
    },
  };
}
