/**
 * Why this file: the samples of many frames in one GPU buffer. The two frames around a time are the same buffer at two
 * offsets, so moving through time changes attribute pointers and one uniform and uploads nothing.
 */
import type { FrameData } from "../data/types";
import { UNKNOWN_CLASS } from "../data/types";
import type { Affine } from "./camera";
import type { PaletteTexture } from "./palette_texture";
import { createProgram, type Program } from "./program";
import { ATTRIBUTE, PASS, POINTS_FRAGMENT, POINTS_VERTEX } from "./shaders";
import { Slots, slotCapacity } from "./slots";

/** x, y, prediction (u16 each), flags, kept (u8 each). */
export const BYTES_PER_SAMPLE = 8;
/** GPU memory for samples; 2,000 samples x 10,000 frames, or 100,000 x 200. */
export const POINTS_LIMIT_BYTES = 160 * 1024 * 1024;

export interface PointsLook {
  /** Disc radius in device pixels. */
  readonly radius: number;
  /** Width of one ring in device pixels. */
  readonly ring: number;
  /** 0 .. 1 */
  readonly alpha: number;
  /** Samples whose `kept` (0 .. 255) is below are drawn hollow; 0: none. */
  readonly hollowBelow: number;
  /** Colours 0 .. 1. */
  readonly halo: readonly [number, number, number];
  readonly ink: readonly [number, number, number];
}

/** Interleaves what the shader needs of a frame; confidence is only read on hover. */
export function packFrame(frame: FrameData): Uint8Array {
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
  private readonly program: Program;
  private readonly vertices: WebGLVertexArrayObject;
  private readonly frames: WebGLBuffer;
  private readonly labels: WebGLBuffer;
  private slots = new Slots(2);
  private count = 0;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = createProgram(gl, POINTS_VERTEX, POINTS_FRAGMENT);
    this.vertices = gl.createVertexArray();
    this.frames = gl.createBuffer();
    this.labels = gl.createBuffer();
    gl.bindVertexArray(this.vertices);
    for (const location of Object.values(ATTRIBUTE)) gl.enableVertexAttribArray(location);
    gl.bindVertexArray(null);
  }

  /** Makes room; drops what was uploaded when the number of samples changed or more frames came than there is room for. */
  reserve(count: number, frames: number): void {
    const bytes = count * BYTES_PER_SAMPLE;
    const capacity = slotCapacity(frames, bytes, POINTS_LIMIT_BYTES);
    if (count === this.count && capacity <= this.slots.capacity) return;
    const { gl } = this;
    this.count = count;
    this.slots = new Slots(capacity);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.frames);
    gl.bufferData(gl.ARRAY_BUFFER, capacity * bytes, gl.STATIC_DRAW);
  }

  /** One label a sample; negative is none. `null`: none has one. */
  setLabels(labels: Int32Array | null): void {
    const { gl, count } = this;
    const words = new Uint16Array(count).fill(UNKNOWN_CLASS);
    for (let i = 0; i < count; i++) {
      const label = labels?.[i] ?? -1;
      if (label >= 0) words[i] = label;
    }
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.labels);
    gl.bufferData(gl.ARRAY_BUFFER, words, gl.STATIC_DRAW);
    gl.vertexAttribIPointer(ATTRIBUTE.label, 1, gl.UNSIGNED_SHORT, 2, 0);
    gl.bindVertexArray(null);
  }

  /** False while the driver still compiles; throws when it refuses. */
  ready(): boolean {
    return this.program.ready();
  }

  has(key: string): boolean {
    return this.slots.has(key);
  }

  get free(): number {
    return this.slots.free;
  }

  upload(key: string, frame: FrameData): void {
    if (frame.count !== this.count) return;
    const { gl } = this;
    const slot = this.slots.take(key);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.frames);
    gl.bufferSubData(gl.ARRAY_BUFFER, slot * this.count * BYTES_PER_SAMPLE, packFrame(frame));
  }

  /** Draws the samples between two uploaded frames; `hover` is a sample or -1. */
  draw(
    from: { readonly key: string; readonly affine: Affine },
    to: { readonly key: string; readonly affine: Affine },
    mix: number,
    palette: PaletteTexture,
    look: PointsLook,
    hover: number,
  ): void {
    const { gl, program, count } = this;
    const a = this.slots.use(from.key);
    const b = this.slots.use(to.key);
    if (a < 0 || b < 0 || count === 0) return;
    gl.useProgram(program.handle);
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.frames);
    this.point(a, ATTRIBUTE.from, ATTRIBUTE.fromPrediction, ATTRIBUTE.fromMarks);
    this.point(b, ATTRIBUTE.to, ATTRIBUTE.toPrediction, ATTRIBUTE.toMarks);
    palette.bind(0);
    gl.uniform1i(program.uniform("uPalette"), 0);
    gl.uniform1i(program.uniform("uClasses"), palette.count);
    setAffine(gl, program.uniform("uFrom"), from.affine);
    setAffine(gl, program.uniform("uTo"), to.affine);
    gl.uniform1f(program.uniform("uMix"), mix);
    gl.uniform1f(program.uniform("uRadius"), look.radius);
    gl.uniform1f(program.uniform("uRing"), look.ring);
    gl.uniform1f(program.uniform("uAlpha"), look.alpha);
    gl.uniform3f(program.uniform("uHalo"), ...look.halo);
    gl.uniform3f(program.uniform("uInk"), ...look.ink);
    gl.uniform1f(program.uniform("uHollowBelow"), look.hollowBelow);
    const passes = look.hollowBelow > 0 ? [PASS.discs, PASS.hollow, PASS.rings] : [PASS.discs, PASS.rings];
    for (const pass of passes) {
      gl.uniform1i(program.uniform("uPass"), pass);
      gl.drawArrays(gl.POINTS, 0, count);
    }
    if (hover >= 0 && hover < count) {
      gl.uniform1i(program.uniform("uPass"), PASS.hover);
      gl.drawArrays(gl.POINTS, hover, 1);
    }
    gl.bindVertexArray(null);
  }

  destroy(): void {
    const { gl } = this;
    gl.deleteProgram(this.program.handle);
    gl.deleteVertexArray(this.vertices);
    gl.deleteBuffer(this.frames);
    gl.deleteBuffer(this.labels);
  }

  private point(slot: number, position: number, prediction: number, marks: number): void {
    const { gl } = this;
    const offset = slot * this.count * BYTES_PER_SAMPLE;
    gl.vertexAttribPointer(position, 2, gl.UNSIGNED_SHORT, true, BYTES_PER_SAMPLE, offset);
    gl.vertexAttribIPointer(prediction, 1, gl.UNSIGNED_SHORT, BYTES_PER_SAMPLE, offset + 4);
    gl.vertexAttribIPointer(marks, 2, gl.UNSIGNED_BYTE, BYTES_PER_SAMPLE, offset + 6);
  }
}

function setAffine(gl: WebGL2RenderingContext, location: WebGLUniformLocation | null, affine: Affine): void {
  gl.uniform4f(location, affine.scaleX, affine.scaleY, affine.offsetX, affine.offsetY);
}
