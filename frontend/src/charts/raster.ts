/** Why this file: pictures that are filled pixel by pixel: colours as words, and the way to a canvas. */

/** "#rrggbb" as the word of a canvas's pixel, whatever the machine's order of bytes. */
export function packed(hex: string): number {
  const value = Number.parseInt(hex.slice(1), 16);
  const bytes = Uint8Array.of((value >> 16) & 255, (value >> 8) & 255, value & 255, 255);
  return new Uint32Array(bytes.buffer)[0] as number;
}

export type Paint = (pixels: Uint32Array, width: number, height: number) => void;

/** Fills a canvas in its own pixels. */
export function putPixels(context: CanvasRenderingContext2D, paint: Paint): void {
  const { width, height } = context.canvas;
  if (width === 0 || height === 0) return;
  const image = context.createImageData(width, height);
  paint(new Uint32Array(image.data.buffer), width, height);
  context.putImageData(image, 0, 0);
}

/** Fills rows [top, end) of one column. */
export function fillColumn(
  pixels: Uint32Array,
  width: number,
  column: number,
  top: number,
  end: number,
  colour: number,
): void {
  for (let y = top; y < end; y++) pixels[y * width + column] = colour;
}
