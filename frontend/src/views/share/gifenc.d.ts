/** Why this file: the library brings no types; these are of what is used of it. */
declare module "gifenc" {
  /** Red, green, blue, 0 .. 255. */
  type Palette = number[][];

  interface Frame {
    /** Of the first picture alone: then it counts for all. */
    readonly palette?: Palette;
    /** Milliseconds, of which GIF keeps hundredths of a second. */
    readonly delay: number;
    readonly transparent: boolean;
    readonly transparentIndex: number;
    /** 1: the picture stays under the next one. */
    readonly dispose: number;
  }

  /** @param rgba four bytes a pixel */
  export function quantize(rgba: Uint8ClampedArray, colours: number): Palette;
  /** The nearest colour of each pixel. */
  export function applyPalette(rgba: Uint8ClampedArray, palette: Palette): Uint8Array;
  export function GIFEncoder(): {
    writeFrame(indices: Uint8Array, width: number, height: number, frame: Frame): void;
    finish(): void;
    bytes(): Uint8Array;
  };
}
