/**
 * Why this file: what is chosen about samples (selected, filtered out, own colour, own size) changes far more often than
 * where they are; it has buffers of its own, which all panels share, so that no position is uploaded again for it.
 */

import { type PointLook, SIZE_RANGE } from "./point_look";
import { ATTRIBUTE, MASK } from "./point_shaders";

/** One byte a sample: see `MASK`. Masks of another length than `count` are of other samples and say nothing. */
function combineMasks(selected: Uint8Array | null, passing: Uint8Array | null): Uint8Array | null {
  const count = selected?.length ?? passing?.length ?? 0;
  if (count === 0) return null;
  const passes = passing?.length === count ? passing : null;
  const mask = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    if (selected !== null && selected[i] !== 0) mask[i] = MASK.selected;
    if (passes !== null && passes[i] === 0) mask[i] = (mask[i] as number) | MASK.filteredOut;
  }
  return mask;
}

export class SampleAttributes {
  private readonly buffers: Record<"mask" | "colour" | "size", WebGLBuffer>;
  /** Rows in each buffer; 0: none. */
  private rows = { mask: 0, colour: 0, size: 0 };
  /** How many are selected and not filtered out. */
  selected = 0;
  /** What was given last: see `MASK`, and red, green, blue, alpha of each sample. */
  mask: Uint8Array | null = null;
  colours: Uint8Array | null = null;
  /** Counts changes. */
  version = 0;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.buffers = { mask: gl.createBuffer(), colour: gl.createBuffer(), size: gl.createBuffer() };
  }

  /** @param selected 1 = selected, one a sample. @param passing 1 = passes the filter. `null`: nothing of the kind. */
  setMasks(selected: Uint8Array | null, passing: Uint8Array | null): void {
    const mask = combineMasks(selected, passing);
    this.mask = mask;
    this.version += 1;
    this.selected = 0;
    for (let i = 0; i < (mask?.length ?? 0); i++) if (mask?.[i] === MASK.selected) this.selected += 1;
    this.fill("mask", mask, mask?.length ?? 0);
  }

  /** `null`: by class, all of one size. */
  setLook(look: PointLook | null): void {
    const colours = look === null || look.colours === "classes" ? null : look.colours;
    const sizes =
      look?.sizes?.map((size) => Math.min(Math.max(size, SIZE_RANGE.min), SIZE_RANGE.max)) ?? null;
    this.fill("colour", colours, (colours?.length ?? 0) / 4);
    this.fill("size", sizes, sizes?.length ?? 0);
  }

  /** Whether samples of a panel with so many of them have colours of their own. */
  ownColours(count: number): boolean {
    return count > 0 && this.rows.colour === count;
  }

  /** Points attributes of the vertex array that is bound at these buffers; without rows of so many samples, at a constant. */
  bind(count: number, at: Readonly<Partial<Record<"mask" | "colour" | "size", number>>> = ATTRIBUTE): void {
    const { gl } = this;
    if (at.mask !== undefined) {
      const has = this.enable("mask", at.mask, count);
      if (has) gl.vertexAttribIPointer(at.mask, 1, gl.UNSIGNED_BYTE, 1, 0);
      else gl.vertexAttribI4ui(at.mask, 0, 0, 0, 0);
    }
    if (at.colour !== undefined) {
      const has = this.enable("colour", at.colour, count);
      if (has) gl.vertexAttribPointer(at.colour, 4, gl.UNSIGNED_BYTE, true, 4, 0);
      else gl.vertexAttrib4f(at.colour, 0, 0, 0, 1);
    }
    if (at.size !== undefined) {
      const has = this.enable("size", at.size, count);
      if (has) gl.vertexAttribPointer(at.size, 1, gl.FLOAT, false, 4, 0);
      else gl.vertexAttrib1f(at.size, 1);
    }
  }

  destroy(): void {
    for (const buffer of Object.values(this.buffers)) this.gl.deleteBuffer(buffer);
  }

  private fill(name: "mask" | "colour" | "size", data: Uint8Array | Float32Array | null, rows: number): void {
    const { gl } = this;
    this.rows[name] = rows;
    if (data === null) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
  }

  private enable(name: "mask" | "colour" | "size", location: number, count: number): boolean {
    const { gl } = this;
    if (count === 0 || this.rows[name] !== count) {
      gl.disableVertexAttribArray(location);
      return false;
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.enableVertexAttribArray(location);
    return true;
  }
}
