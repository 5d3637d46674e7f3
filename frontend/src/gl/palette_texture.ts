/** Why this file: shaders look class colours up in a small texture, so that any number of classes costs the same. */

/** Texels to a row; 256 rows hold every 16-bit class. */
const PALETTE_WIDTH = 256;

/** One class: red, green, blue 0 .. 255, and 0 (hidden) .. 255 (shown). */
function paletteBytes(
  colours: readonly string[],
  neutral: string,
  visibility: (i: number) => number,
): { readonly bytes: Uint8Array; readonly rows: number } {
  // One texel more than there are classes: the colour of samples without one.
  const rows = Math.ceil((colours.length + 1) / PALETTE_WIDTH);
  const bytes = new Uint8Array(rows * PALETTE_WIDTH * 4);
  for (let i = 0; i <= colours.length; i++) {
    const [r, g, b] = parseHex(colours[i] ?? neutral);
    bytes.set([r, g, b, i < colours.length ? Math.round(255 * visibility(i)) : 255], 4 * i);
  }
  return { bytes, rows };
}

/** Red, green and blue, 0 .. 255, of "#rrggbb". */
export function parseHex(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

export class PaletteTexture {
  private readonly texture: WebGLTexture;
  /** Number of classes; the texel after the last is the neutral colour. */
  count = 0;
  private bytes: Uint8Array = new Uint8Array(0);

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.texture = gl.createTexture();
    this.set([], "#888888", () => 1);
  }

  set(colours: readonly string[], neutral: string, visibility: (i: number) => number): void {
    const { gl } = this;
    const { bytes, rows } = paletteBytes(colours, neutral, visibility);
    this.count = colours.length;
    this.bytes = bytes;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, PALETTE_WIDTH, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }

  /** Red, green, blue, and 0 (hidden) .. 255 (shown) of a class; neutral where there is no such class. */
  of(i: number): Uint8Array {
    const at = i >= 0 && i < this.count ? i : this.count;
    return this.bytes.subarray(4 * at, 4 * at + 4);
  }

  bind(unit: number): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
  }

  destroy(): void {
    this.gl.deleteTexture(this.texture);
  }
}
