/** Why this file: a colour map for numbers as a texture of one row, which shaders look it up in. */
import { MAP_LEVELS, mapColours } from "../theme/colour_maps";
import { parseHex } from "./palette_texture";

export class MapTexture {
  private readonly texture: WebGLTexture;
  private dark: boolean | null = null;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.texture = gl.createTexture();
  }

  /** The sequential map of the light or the dark page. Free when nothing changed. */
  set(dark: boolean): void {
    if (dark === this.dark) return;
    this.dark = dark;
    const { gl } = this;
    const bytes = Uint8Array.from(mapColours("sequential", dark).flatMap((hex) => [...parseHex(hex), 255]));
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, MAP_LEVELS, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
    }
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
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
