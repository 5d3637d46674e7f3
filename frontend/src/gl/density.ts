/**
 * Why this file: where discs cover each other, how many lie there cannot be seen. Density adds them up in a texture with
 * room for large sums and colours that.
 */
import { RESOLVE_FRAGMENT, SPLAT_FRAGMENT, SPLAT_VERTEX } from "./density_shaders";
import { SCREEN_VERTEX } from "./glsl";
import type { Graphics, Viewport } from "./graphics";
import { DIMMED_ALPHA } from "./point_shaders";
import type { Between, Points } from "./points";

/** What a density is coloured by. */
export type DensityBy = "classes" | "count";

/** Radius of one sample's splat, CSS pixels, at the fitted zoom; and how fast it grows when zooming in. */
const REACH = 7;
const ZOOM_POWER = 0.35;
/** Screen pixels to a pixel of the sum: splats are soft, and a quarter of the pixels cost a quarter. */
const COARSE = 2;
/** Share of the canvas that a map's samples lie on: where they are spread evenly, colours are half of the full ones. */
const INKED_SHARE = 0.12;
/** Weight of a splat in a sum of 8 bits, where the card cannot blend larger numbers. */
const BYTE_WEIGHT = 1 / 24;

export class Density {
  private readonly target: WebGLFramebuffer;
  private readonly empty: WebGLVertexArrayObject;
  private texture: WebGLTexture | null = null;
  private size = { width: 0, height: 0 };
  private readonly format: number;

  constructor(private readonly graphics: Graphics) {
    const { gl } = graphics;
    this.target = gl.createFramebuffer();
    this.empty = gl.createVertexArray();
    this.format = sumFormat(gl);
  }

  /**
   * Draws it, unless the driver still compiles.
   *
   * @param zoom relative to the fitted one.
   * @returns whether it did.
   */
  draw(
    points: Points,
    between: Between,
    by: DensityBy,
    viewport: Viewport,
    pixelRatio: number,
    zoom: number,
  ): boolean {
    const { gl, samples, map } = this.graphics;
    const splat = this.graphics.program(SPLAT_VERTEX, SPLAT_FRAGMENT);
    const resolve = this.graphics.program(SCREEN_VERTEX, RESOLVE_FRAGMENT);
    if (splat === null || resolve === null) return false;
    const coarse = COARSE * Math.max(1, pixelRatio);
    const width = Math.max(1, Math.ceil(viewport.width / coarse));
    const height = Math.max(1, Math.ceil(viewport.height / coarse));
    this.resize(width, height);
    const reach = (REACH * zoom ** ZOOM_POWER * pixelRatio) / coarse;
    const weight = this.format === gl.RGBA8 ? BYTE_WEIGHT : 1;
    gl.disable(gl.SCISSOR_TEST);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.blendFunc(gl.ONE, gl.ONE);
    if (points.use(splat, between)) {
      gl.uniform1f(splat.uniform("uReach"), reach);
      gl.uniform1f(splat.uniform("uWeight"), weight);
      gl.uniform1f(splat.uniform("uOthers"), samples.selected > 0 ? DIMMED_ALPHA : 1);
      gl.drawArrays(gl.POINTS, 0, points.count);
    }
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.enable(gl.SCISSOR_TEST);
    gl.viewport(viewport.x, viewport.y, viewport.width, viewport.height);
    gl.useProgram(resolve.handle);
    gl.bindVertexArray(this.empty);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    map.bind(1);
    gl.uniform1i(resolve.uniform("uSum"), 0);
    gl.uniform1i(resolve.uniform("uMap"), 1);
    // Samples whose splats meet in one pixel when all are spread evenly over the inked share of the canvas.
    const spread =
      (points.count * (Math.PI / 3) * reach * reach) / (INKED_SHARE * width * height * zoom * zoom);
    gl.uniform1f(resolve.uniform("uFull"), Math.max(1, spread) * weight);
    gl.uniform1i(resolve.uniform("uCount"), by === "count" ? 1 : 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.bindVertexArray(null);
    return true;
  }

  destroy(): void {
    const { gl } = this.graphics;
    gl.deleteFramebuffer(this.target);
    gl.deleteVertexArray(this.empty);
    if (this.texture !== null) gl.deleteTexture(this.texture);
  }

  private resize(width: number, height: number): void {
    if (width === this.size.width && height === this.size.height) return;
    const { gl } = this.graphics;
    this.size = { width, height };
    if (this.texture !== null) gl.deleteTexture(this.texture);
    this.texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, this.format, width, height);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
    }
    for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
      gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.texture, 0);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }
}

/** The roomiest texture that this card can blend into: half floats stop growing at 2,048 samples, bytes at 24. */
function sumFormat(gl: WebGL2RenderingContext): number {
  const has = (name: string) => gl.getExtension(name) !== null;
  const float = has("EXT_color_buffer_float");
  if (float && has("EXT_float_blend") && has("OES_texture_float_linear")) return gl.RGBA32F;
  return float || has("EXT_color_buffer_half_float") ? gl.RGBA16F : gl.RGBA8;
}
