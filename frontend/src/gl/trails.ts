/**
 * Why this file: where the selection has been. Places of the selected samples lie in one GPU buffer, frame after frame; a
 * new frame, or a time further on, adds a frame to it, and moving through time uploads nothing else.
 */
import { FLAG_NOT_PLACED, type FrameData } from "../data/types";
import type { Affine, Size } from "./camera";
import type { Graphics } from "./graphics";
import { LINE, NOWHERE, TRAIL_FRAGMENT, TRAIL_VERTEX } from "./trail_shaders";

/** More lines than these hide each other; of a larger selection every n-th has one. */
export const MOST_TRAILS = 1000;
/** Frames that a trail reaches back, at most. */
const TRAIL_FRAMES = 128;
/** Frames after which a trail has faded to a third: two thirds of what is behind now, or a few. */
const FADE_SHARE = 0.4;
const LEAST_FADE = 3;
/** Oldest and newest width, and the arrow head's length and half width, CSS pixels. */
const WIDTH = { old: 0.8, now: 2.2 } as const;
const HEAD = { length: 7, half: 3.4 } as const;
/** Lines up to which each is solid; more are more transparent, so that streams of them show. */
const SOLID_TRAILS = 100;
const LEAST_ALPHA = 0.35;
const BYTES_PER_PLACE = 8;

/** Rows that get a trail: all that are marked, or evenly spaced ones of them. */
export function trailRows(mask: Uint8Array): Uint32Array {
  let marked = 0;
  for (const bit of mask) marked += bit === 1 ? 1 : 0;
  const rows = new Uint32Array(Math.min(marked, MOST_TRAILS));
  let seen = 0;
  let taken = 0;
  for (let i = 0; i < mask.length && taken < rows.length; i++) {
    if (mask[i] !== 1) continue;
    if (Math.floor((taken * marked) / rows.length) === seen) rows[taken++] = i;
    seen += 1;
  }
  return rows;
}

/** x, y in layout units of some rows of a frame; `NOWHERE` for a sample that has no place. */
export function gatherPlaces(frame: FrameData, rows: Uint32Array): Float32Array {
  const [x0, y0, x1, y1] = frame.bounds;
  const [perX, perY] = [(x1 - x0) / 65535, (y1 - y0) / 65535];
  const out = new Float32Array(2 * rows.length);
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k] as number;
    const placed = row < frame.count && ((frame.flags[row] as number) & FLAG_NOT_PLACED) === 0;
    out[2 * k] = placed ? x0 + (frame.positions[2 * row] as number) * perX : NOWHERE;
    out[2 * k + 1] = placed ? y0 + (frame.positions[2 * row + 1] as number) * perY : NOWHERE;
  }
  return out;
}

/** What trails are drawn with now. */
export interface TrailScene {
  /** Frame units: 12.5 is half way from frame 12 to frame 13. */
  readonly now: number;
  readonly affine: Affine;
  readonly size: Size;
  readonly pixelRatio: number;
  /** Of a selected sample with its ring, CSS pixels: the arrow stops there. */
  readonly radius: number;
}

export class Trails {
  private readonly vertices: WebGLVertexArrayObject;
  private readonly places: WebGLBuffer;
  private readonly colours: WebGLBuffer;
  private rows: Uint32Array = new Uint32Array(0);
  /** Key of the frame in each slot; frame i has slot i modulo `TRAIL_FRAMES`. */
  private held: (string | null)[] = [];

  constructor(private readonly graphics: Graphics) {
    const { gl } = graphics;
    this.vertices = gl.createVertexArray();
    this.places = gl.createBuffer();
    this.colours = gl.createBuffer();
    gl.bindVertexArray(this.vertices);
    for (const location of Object.values(LINE)) {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribDivisor(location, 1);
    }
    gl.bindVertexArray(null);
  }

  /** Samples that leave trails; the frames are to be given anew. */
  setRows(rows: Uint32Array): void {
    const { gl } = this.graphics;
    this.rows = rows;
    this.held = new Array<string | null>(TRAIL_FRAMES).fill(null);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.places);
    gl.bufferData(gl.ARRAY_BUFFER, TRAIL_FRAMES * rows.length * BYTES_PER_PLACE, gl.DYNAMIC_DRAW);
  }

  /** Red, green, blue, alpha (0 .. 255), one a row. */
  setColours(colours: Uint8Array): void {
    const { gl } = this.graphics;
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.colours);
    gl.bufferData(gl.ARRAY_BUFFER, colours, gl.DYNAMIC_DRAW);
    gl.vertexAttribPointer(LINE.colour, 4, gl.UNSIGNED_BYTE, true, 4, 0);
    gl.bindVertexArray(null);
  }

  /** Brings in the frames behind now that are on the client and not here yet. */
  fill(now: number, keys: readonly string[], frameAt: (i: number) => FrameData | undefined): void {
    if (this.rows.length === 0) return;
    const { gl } = this.graphics;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.places);
    const last = Math.min(Math.ceil(now), keys.length - 1);
    for (let i = Math.max(0, last - TRAIL_FRAMES + 1); i <= last; i++) {
      const [slot, key] = [i % TRAIL_FRAMES, keys[i] as string];
      if (this.held[slot] === key) continue;
      const frame = frameAt(i);
      this.held[slot] = frame === undefined ? null : key;
      if (frame === undefined) continue;
      gl.bufferSubData(
        gl.ARRAY_BUFFER,
        slot * this.rows.length * BYTES_PER_PLACE,
        gatherPlaces(frame, this.rows),
      );
    }
  }

  /** Draws what lies before now; frames that are not here leave a gap. */
  draw(keys: readonly string[], { now, affine, size, pixelRatio, radius }: TrailScene): void {
    const last = Math.ceil(now) - 1;
    const { gl } = this.graphics;
    const program = this.graphics.program(TRAIL_VERTEX, TRAIL_FRAGMENT);
    if (program === null || this.rows.length === 0 || last < 0) return;
    gl.useProgram(program.handle);
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.places);
    gl.uniform4f(program.uniform("uAffine"), affine.scaleX, affine.scaleY, affine.offsetX, affine.offsetY);
    gl.uniform2f(program.uniform("uHalf"), (size.width * pixelRatio) / 2, (size.height * pixelRatio) / 2);
    gl.uniform2f(program.uniform("uWidth"), WIDTH.old * pixelRatio, WIDTH.now * pixelRatio);
    const first = Math.max(0, last - TRAIL_FRAMES + 2);
    gl.uniform1f(program.uniform("uSpan"), Math.max(LEAST_FADE, FADE_SHARE * (now - first)));
    gl.uniform1f(
      program.uniform("uAlpha"),
      Math.max(LEAST_ALPHA, Math.sqrt(SOLID_TRAILS / Math.max(SOLID_TRAILS, this.rows.length))),
    );
    gl.uniform3f(program.uniform("uHead"), 0, 0, 0);
    gl.uniform3f(program.uniform("uHalo"), ...this.graphics.colours.paper);
    const [ages, cut] = [program.uniform("uAges"), program.uniform("uCut")];
    for (let i = first; i <= last; i++) {
      if (!this.point(keys, i)) continue;
      gl.uniform2f(ages, now - i, Math.max(0, now - i - 1));
      gl.uniform1f(cut, Math.min(1, now - i));
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.rows.length);
    }
    if (this.point(keys, last)) {
      gl.uniform1f(cut, now - last);
      gl.uniform3f(
        program.uniform("uHead"),
        HEAD.length * pixelRatio,
        HEAD.half * pixelRatio,
        radius * pixelRatio,
      );
      gl.drawArraysInstanced(gl.TRIANGLES, 0, 3, this.rows.length);
    }
    gl.bindVertexArray(null);
  }

  destroy(): void {
    const { gl } = this.graphics;
    gl.deleteVertexArray(this.vertices);
    gl.deleteBuffer(this.places);
    gl.deleteBuffer(this.colours);
  }

  /** Sets the piece from frame i to the next; false where one of them is not here. */
  private point(keys: readonly string[], i: number): boolean {
    const { gl } = this.graphics;
    for (const [k, location] of [LINE.start, LINE.end].entries()) {
      const slot = (i + k) % TRAIL_FRAMES;
      if (this.held[slot] !== keys[i + k]) return false;
      gl.vertexAttribPointer(
        location,
        2,
        gl.FLOAT,
        false,
        BYTES_PER_PLACE,
        slot * this.rows.length * BYTES_PER_PLACE,
      );
    }
    return true;
  }
}
