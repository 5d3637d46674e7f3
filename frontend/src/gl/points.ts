/**
 * Why this file: the samples of many frames in one GPU buffer. The two frames around a time are the same buffer at two
 * offsets, so moving through time changes attribute pointers and one uniform and uploads nothing.
 */
import type { FrameData } from "../data/types";
import { UNKNOWN_CLASS } from "../data/types";
import type { Affine } from "./camera";
import type { Graphics } from "./graphics";
import { ATTRIBUTE, DIMMED_ALPHA, PASS } from "./point_shaders";
import type { Program } from "./program";
import { Slots, slotCapacity } from "./slots";

/** x, y, prediction (u16 each), flags, kept (u8 each). */
const BYTES_PER_SAMPLE = 8;
/** GPU memory for samples of all panels; 2,000 samples x 10,000 frames, or 100,000 x 200. */
export const POINTS_LIMIT_BYTES = 160 * 1024 * 1024;

/** Two uploaded frames, where each lies in clip space, and the way between them. */
export interface Between {
  readonly from: { readonly key: string; readonly affine: Affine };
  readonly to: { readonly key: string; readonly affine: Affine };
  /** 0 = `from`, 1 = `to`. */
  readonly mix: number;
}

export interface PointsLook {
  /** Disc radius in device pixels. */
  readonly radius: number;
  /** Width of one ring in device pixels. */
  readonly ring: number;
  /** Width of one ring around a selected sample in device pixels. */
  readonly selectRing: number;
  /** 0 .. 1 */
  readonly alpha: number;
  /** Samples whose `kept` (0 .. 255) is below are drawn hollow; 0: none. */
  readonly hollowBelow: number;
  /** Device pixels of a CSS pixel. */
  readonly pixel: number;
}

/** Attribute locations of the two frames around a time. */
export interface PlaceAttributes {
  readonly from: number;
  readonly to: number;
  readonly fromMarks: number;
  readonly toMarks: number;
  readonly fromPrediction?: number;
  readonly toPrediction?: number;
}

/** Interleaves what the shader needs of a frame; confidence is only read on hover. */
function packFrame(frame: FrameData): Uint8Array {
  const { count, positions, prediction, flags, kept } = frame;
  const words = new Uint16Array((count * BYTES_PER_SAMPLE) / 2);
  for (let i = 0; i < count; i++) {
    words[4 * i] = positions[2 * i] as number;
    words[4 * i + 1] = positions[2 * i + 1] as number;
    words[4 * i + 2] = prediction[i] as number;
    words[4 * i + 3] = (flags[i] as number) | ((kept[i] as number) << 8);
  }
  return new Uint8Array(words.buffer);
}

export class Points {
  private readonly vertices: WebGLVertexArrayObject;
  private readonly frames: WebGLBuffer;
  private readonly labels: WebGLBuffer;
  private slots = new Slots(2);
  private rows = 0;

  constructor(
    private readonly graphics: Graphics,
    private readonly limitBytes: number,
  ) {
    const { gl } = graphics;
    this.vertices = gl.createVertexArray();
    this.frames = gl.createBuffer();
    this.labels = gl.createBuffer();
    gl.bindVertexArray(this.vertices);
    const { mask: _mask, colour: _colour, size: _size, ...own } = ATTRIBUTE;
    for (const location of Object.values(own)) gl.enableVertexAttribArray(location);
    gl.bindVertexArray(null);
  }

  /** Number of samples. */
  get count(): number {
    return this.rows;
  }

  /** Makes room; drops what was uploaded when the number of samples changed or more frames came than there is room for. */
  reserve(count: number, frames: number): void {
    const bytes = count * BYTES_PER_SAMPLE;
    const capacity = slotCapacity(frames, bytes, this.limitBytes);
    if (count === this.rows && capacity <= this.slots.capacity) return;
    const { gl } = this.graphics;
    this.rows = count;
    this.slots = new Slots(capacity);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.frames);
    gl.bufferData(gl.ARRAY_BUFFER, capacity * bytes, gl.STATIC_DRAW);
  }

  /** One label a sample; negative is none. `null`: none has one. */
  setLabels(labels: Int32Array | null): void {
    const { gl } = this.graphics;
    const words = new Uint16Array(this.rows).fill(UNKNOWN_CLASS);
    for (let i = 0; i < this.rows; i++) {
      const label = labels?.[i] ?? -1;
      if (label >= 0) words[i] = label;
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, this.labels);
    gl.bufferData(gl.ARRAY_BUFFER, words, gl.STATIC_DRAW);
  }

  has(key: string): boolean {
    return this.slots.has(key);
  }

  get free(): number {
    return this.slots.free;
  }

  upload(key: string, frame: FrameData): void {
    if (frame.count !== this.rows) return;
    const { gl } = this.graphics;
    const slot = this.slots.take(key);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.frames);
    gl.bufferSubData(gl.ARRAY_BUFFER, slot * this.rows * BYTES_PER_SAMPLE, packFrame(frame));
  }

  /**
   * Makes a program that begins with `SAMPLE` read these samples between two frames; the vertex array stays bound.
   *
   * @returns whether there is anything to draw.
   */
  use(program: Program, between: Between): boolean {
    const { gl, palette, samples } = this.graphics;
    const { from, to, mix } = between;
    gl.useProgram(program.handle);
    gl.bindVertexArray(this.vertices);
    if (this.rows === 0 || !this.pointPlaces(between, ATTRIBUTE)) return false;
    this.pointLabels(ATTRIBUTE.label);
    samples.bind(this.rows);
    palette.bind(0);
    gl.uniform1i(program.uniform("uPalette"), 0);
    gl.uniform1i(program.uniform("uClasses"), palette.count);
    gl.uniform1i(program.uniform("uOwn"), samples.ownColours(this.rows) ? 1 : 0);
    setAffine(gl, program.uniform("uFrom"), from.affine);
    setAffine(gl, program.uniform("uTo"), to.affine);
    gl.uniform1f(program.uniform("uMix"), mix);
    return true;
  }

  /**
   * Points attributes of the vertex array that is bound at two frames.
   *
   * @returns false when one of them is not on the GPU.
   */
  pointPlaces({ from, to }: Between, at: PlaceAttributes): boolean {
    const [a, b] = [this.slots.use(from.key), this.slots.use(to.key)];
    if (a < 0 || b < 0) return false;
    const { gl } = this.graphics;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.frames);
    this.point(a, at.from, at.fromMarks, at.fromPrediction);
    this.point(b, at.to, at.toMarks, at.toPrediction);
    return true;
  }

  /** Points an attribute of the vertex array that is bound at the labels. */
  pointLabels(location: number): void {
    const { gl } = this.graphics;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.labels);
    gl.vertexAttribIPointer(location, 1, gl.UNSIGNED_SHORT, 2, 0);
  }

  /** Draws every sample that is not selected. */
  drawCrowd(between: Between, look: PointsLook): void {
    const passes = look.hollowBelow > 0 ? [PASS.discs, PASS.hollow, PASS.rings] : [PASS.discs, PASS.rings];
    this.draw(between, look, passes, 0, this.rows);
  }

  drawSelected(between: Between, look: PointsLook): void {
    if (this.graphics.samples.selected > 0) this.draw(between, look, [PASS.selected], 0, this.rows);
  }

  drawHovered(between: Between, look: PointsLook, row: number): void {
    if (row >= 0 && row < this.rows) this.draw(between, look, [PASS.hover], row, 1);
  }

  /** Draws a ring with ticks around a sample, of the same size on the screen however far one has zoomed in. */
  drawMark(between: Between, look: PointsLook, row: number): void {
    if (row >= 0 && row < this.rows) this.draw(between, look, [PASS.mark], row, 1);
  }

  destroy(): void {
    const { gl } = this.graphics;
    gl.deleteVertexArray(this.vertices);
    gl.deleteBuffer(this.frames);
    gl.deleteBuffer(this.labels);
  }

  private draw(
    between: Between,
    look: PointsLook,
    passes: readonly number[],
    first: number,
    n: number,
  ): void {
    const { gl, pointsProgram: program, colours, samples } = this.graphics;
    if (!this.use(program, between)) return;
    gl.uniform1f(program.uniform("uRadius"), look.radius);
    gl.uniform1f(program.uniform("uRing"), look.ring);
    gl.uniform1f(program.uniform("uSelectRing"), look.selectRing);
    gl.uniform1f(program.uniform("uAlpha"), look.alpha);
    gl.uniform1f(program.uniform("uOthers"), samples.selected > 0 ? DIMMED_ALPHA : 1);
    gl.uniform1f(program.uniform("uHollowBelow"), look.hollowBelow);
    gl.uniform1f(program.uniform("uPixel"), look.pixel);
    gl.uniform3f(program.uniform("uHalo"), ...colours.paper);
    gl.uniform3f(program.uniform("uInk"), ...colours.ink);
    gl.uniform3f(program.uniform("uAccent"), ...colours.accent);
    for (const pass of passes) {
      gl.uniform1i(program.uniform("uPass"), pass);
      gl.drawArrays(gl.POINTS, first, n);
    }
    gl.bindVertexArray(null);
  }

  private point(slot: number, position: number, marks: number, prediction: number | undefined): void {
    const { gl } = this.graphics;
    const offset = slot * this.rows * BYTES_PER_SAMPLE;
    gl.vertexAttribPointer(position, 2, gl.UNSIGNED_SHORT, true, BYTES_PER_SAMPLE, offset);
    if (prediction !== undefined) {
      gl.vertexAttribIPointer(prediction, 1, gl.UNSIGNED_SHORT, BYTES_PER_SAMPLE, offset + 4);
    }
    gl.vertexAttribIPointer(marks, 2, gl.UNSIGNED_BYTE, BYTES_PER_SAMPLE, offset + 6);
  }
}

function setAffine(gl: WebGL2RenderingContext, location: WebGLUniformLocation | null, affine: Affine): void {
  gl.uniform4f(location, affine.scaleX, affine.scaleY, affine.offsetX, affine.offsetY);
}
