/**
 * Why this file: the decision landscape behind the samples. Cells of many frames lie in one texture array; the frames
 * around a time are painted once into colour textures, and moving between them only blends two of those.
 */
import type { Bounds, LandscapeData } from "../data/types";
import type { Affine } from "./camera";
import type { Graphics, Viewport } from "./graphics";
import { LANDSCAPE_BY } from "./landscape_shaders";
import { Slots, slotCapacity } from "./slots";

/** GPU memory for cells; 200 landscapes of 256 x 256. */
export const PLANE_LIMIT_BYTES = 64 * 1024 * 1024;
/** Class, confidence and support, and entropy. */
const BYTES_PER_CELL = 5;
/** Every WebGL2 implementation has at least this many layers. */
const MAX_LAYERS = 256;
/** GPU memory for painted landscapes, so that epochs already visited need no painting: 64 of 512 x 512 pixels. */
export const PAINT_LIMIT_BYTES = 64 * 1024 * 1024;
/** Painted pixels per cell: enough for a smooth seam, bounded so that painting stays within a frame's time. */
const PAINT_SCALE = 4;
const PAINT_SIZE = { min: 192, max: 768 } as const;
/**
 * CSS pixels to a painted one above which landscapes are painted onto the screen at its own resolution: seams are as wide as
 * there and no wider, however far one zooms in. Below, that is with all in view, blending what was painted once is cheaper.
 */
const DIRECT_FROM = 3;
/** Clip space to 0 .. 1. */
const WHOLE: Affine = { scaleX: 2, scaleY: 2, offsetX: -1, offsetY: -1 };

/** One landscape to draw: which, how much of it, and where clip space lies on it. */
export interface PlaneLayer {
  readonly key: string;
  readonly weight: number;
  readonly affine: Affine;
}

export class Plane {
  private readonly empty: WebGLVertexArrayObject;
  private readonly target: WebGLFramebuffer;
  private cells: WebGLTexture | null = null;
  /** The same cells' entropies; made when the first landscape comes that has any. */
  private entropies: WebGLTexture | null = null;
  /** Of which landscapes it holds them. */
  private readonly withEntropy = new Set<string>();
  /** One texture a slot of `painted`; made when the slot is first used. */
  private readonly paints: WebGLTexture[] = [];
  private painted = new Slots(2);
  private paintedTheme = 0;
  private slots = new Slots(2);
  private readonly boundsOf = new Map<string, Bounds>();
  private size = 0;
  private paintSize = 0;

  /** @param limitBytes of GPU memory for cells. @param paintLimitBytes for painted landscapes. */
  constructor(
    private readonly graphics: Graphics,
    private readonly limitBytes: number,
    private readonly paintLimitBytes: number,
  ) {
    this.empty = graphics.gl.createVertexArray();
    this.target = graphics.gl.createFramebuffer();
  }

  has(key: string): boolean {
    return this.slots.has(key);
  }

  get free(): number {
    return this.slots.free;
  }

  get gridSize(): number {
    return this.size;
  }

  bounds(key: string): Bounds | undefined {
    return this.boundsOf.get(key);
  }

  /** Makes room; drops what was uploaded when the grid changed or more frames came than there is room for. */
  reserve(size: number, frames: number): void {
    const capacity = slotCapacity(frames, size * size * BYTES_PER_CELL, this.limitBytes, MAX_LAYERS);
    if (size === this.size && capacity <= this.slots.capacity) return;
    const { gl } = this.graphics;
    this.dropCells();
    this.size = size;
    this.slots = new Slots(capacity);
    this.boundsOf.clear();
    this.cells = this.createCells(gl.RGBA8);
    this.dropPaints(Math.min(Math.max(size * PAINT_SCALE, PAINT_SIZE.min), PAINT_SIZE.max));
  }

  upload(key: string, landscape: LandscapeData): void {
    if (landscape.size !== this.size || this.cells === null) return;
    const { gl } = this.graphics;
    const slot = this.slots.take(key);
    this.boundsOf.set(key, landscape.bounds);
    this.fill(this.cells, slot, gl.RGBA, landscape.cells);
    if (landscape.entropy === undefined) {
      this.withEntropy.delete(key);
      return;
    }
    this.entropies ??= this.createCells(gl.R8);
    this.withEntropy.add(key);
    this.fill(this.entropies, slot, gl.RED, landscape.entropy);
  }

  /** Draws one or two landscapes over the whole viewport, and leaves it set. */
  draw(layers: readonly PlaneLayer[], viewport: Viewport, pixelRatio: number): void {
    const shown = layers.filter((layer) => layer.weight > 0 && this.canShow(layer.key));
    const [first, second = first] = shown;
    if (first === undefined || second === undefined) return;
    const { gl, blendProgram, themeVersion } = this.graphics;
    if (this.paintedTheme !== themeVersion) this.painted = new Slots(this.painted.capacity);
    this.paintedTheme = themeVersion;
    const seam = DIRECT_FROM * pixelRatio;
    if (pixelsAcross(first, viewport) > seam * this.paintSize) {
      this.paintOnScreen(second === first ? [first] : [first, second], viewport, seam);
      return;
    }
    const paints = [this.paint(first.key), this.paint(second.key)] as const;
    gl.viewport(viewport.x, viewport.y, viewport.width, viewport.height);
    gl.useProgram(blendProgram.handle);
    gl.bindVertexArray(this.empty);
    for (const [unit, paint] of paints.entries()) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, paint);
    }
    gl.uniform1i(blendProgram.uniform("uPaintFrom"), 0);
    gl.uniform1i(blendProgram.uniform("uPaintTo"), 1);
    setInverse(gl, blendProgram.uniform("uFrom"), first.affine);
    setInverse(gl, blendProgram.uniform("uTo"), second.affine);
    gl.uniform1f(blendProgram.uniform("uWeightFrom"), first.weight);
    gl.uniform1f(blendProgram.uniform("uWeightTo"), second === first ? 0 : second.weight);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.bindVertexArray(null);
  }

  destroy(): void {
    const { gl } = this.graphics;
    gl.deleteVertexArray(this.empty);
    gl.deleteFramebuffer(this.target);
    this.dropCells();
    for (const paint of this.paints) gl.deleteTexture(paint);
  }

  /** A landscape without entropies shows none, rather than those of what had its place before. */
  private canShow(key: string): boolean {
    return this.slots.has(key) && (this.graphics.landscapeBy !== "entropy" || this.withEntropy.has(key));
  }

  /** A texture array with one layer a slot, of the grid's size. */
  private createCells(format: GLenum): WebGLTexture {
    const { gl } = this.graphics;
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, format, this.size, this.size, this.slots.capacity);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    return texture;
  }

  private fill(texture: WebGLTexture, slot: number, format: GLenum, values: Uint8Array): void {
    const { size } = this;
    const { gl } = this.graphics;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
    gl.texSubImage3D(gl.TEXTURE_2D_ARRAY, 0, 0, 0, slot, size, size, 1, format, gl.UNSIGNED_BYTE, values);
  }

  private dropCells(): void {
    const { gl } = this.graphics;
    if (this.cells !== null) gl.deleteTexture(this.cells);
    if (this.entropies !== null) gl.deleteTexture(this.entropies);
    this.entropies = null;
    this.withEntropy.clear();
  }

  private dropPaints(size: number): void {
    for (const paint of this.paints.splice(0)) this.graphics.gl.deleteTexture(paint);
    this.paintSize = size;
    this.painted = new Slots(Math.max(2, Math.floor(this.paintLimitBytes / (size * size * 4))));
  }

  private createPaint(): WebGLTexture {
    const { paintSize } = this;
    const { gl } = this.graphics;
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, paintSize, paintSize);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
    }
    for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
      gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
    }
    return texture;
  }

  /** The colour texture of a landscape; painted now unless it still is. */
  private paint(key: string): WebGLTexture {
    const { gl } = this.graphics;
    const held = this.painted.use(key);
    if (held >= 0) return this.paints[held] as WebGLTexture;
    const slot = this.painted.take(key);
    const paint = this.paints[slot] ?? this.createPaint();
    this.paints[slot] = paint;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, paint, 0);
    gl.viewport(0, 0, this.paintSize, this.paintSize);
    gl.disable(gl.BLEND);
    this.runPaint({ key, weight: 1, affine: WHOLE }, this.paintSize, 1);
    gl.enable(gl.BLEND);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return paint;
  }

  /** Paints at the screen's resolution. What is painted is added up, as blending two painted textures does. */
  private paintOnScreen(layers: readonly PlaneLayer[], viewport: Viewport, seam: number): void {
    const { gl } = this.graphics;
    gl.viewport(viewport.x, viewport.y, viewport.width, viewport.height);
    gl.blendFunc(gl.ONE, gl.ONE);
    for (const layer of layers) this.runPaint(layer, pixelsAcross(layer, viewport), seam);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /**
   * Paints one landscape onto the target that is bound.
   *
   * @param side pixels of the target that the whole landscape is wide.
   * @param seam how much wider than in a painted texture seams are, in pixels of the target.
   */
  private runPaint(layer: PlaneLayer, side: number, seam: number): void {
    const { gl, palette, map, paintProgram, landscapeBy } = this.graphics;
    gl.useProgram(paintProgram.handle);
    gl.bindVertexArray(this.empty);
    palette.bind(0);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.cells);
    gl.uniform1i(paintProgram.uniform("uPalette"), 0);
    gl.uniform1i(paintProgram.uniform("uCells"), 1);
    map.bind(2);
    gl.uniform1i(paintProgram.uniform("uMap"), 2);
    // What is not read still needs a texture of its kind.
    gl.activeTexture(gl.TEXTURE3);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.entropies ?? this.cells);
    gl.uniform1i(paintProgram.uniform("uEntropy"), 3);
    gl.uniform1i(paintProgram.uniform("uBy"), LANDSCAPE_BY[landscapeBy]);
    gl.uniform1i(paintProgram.uniform("uClasses"), palette.count);
    gl.uniform1i(paintProgram.uniform("uLayer"), this.slots.use(layer.key));
    gl.uniform1i(paintProgram.uniform("uSize"), this.size);
    gl.uniform1f(paintProgram.uniform("uScale"), side / this.size);
    gl.uniform1f(paintProgram.uniform("uSeam"), seam);
    gl.uniform1f(paintProgram.uniform("uWeight"), layer.weight);
    setInverse(gl, paintProgram.uniform("uInverse"), layer.affine);
    gl.uniform1f(paintProgram.uniform("uChance"), palette.count > 1 ? 1 / palette.count : 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.bindVertexArray(null);
  }
}

/** Device pixels that a whole landscape is wide. */
function pixelsAcross({ affine }: PlaneLayer, { width }: Viewport): number {
  return (width / 2) * affine.scaleX;
}

/** From clip space back to 0 .. 1 over the landscape's bounds. */
function setInverse(gl: WebGL2RenderingContext, location: WebGLUniformLocation | null, affine: Affine): void {
  const { scaleX, scaleY, offsetX, offsetY } = affine;
  gl.uniform4f(location, 1 / scaleX, 1 / scaleY, -offsetX / scaleX, -offsetY / scaleY);
}
