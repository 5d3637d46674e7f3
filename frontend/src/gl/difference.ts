/**
 * Why this file: where two maps of the same samples differ: a line from each sample's place in one to its place in the
 * other, from the buffers that both maps have on the GPU already.
 */
import type { Affine, Size } from "./camera";
import { WAY, WAY_FRAGMENT, WAY_VERTEX } from "./difference_shaders";
import type { Graphics } from "./graphics";
import type { Between, Points } from "./points";

/** Widths at the beginning and the end of a line, CSS pixels. */
const WIDTH = { from: 0.6, to: 2 } as const;
/** Lines up to which each is as strong as it can be; strength falls with the root of how many there are. */
const STRONG_LINES = 400;
const ALPHA = { most: 0.85, least: 0.04 } as const;
/** What is left of the lines of others while samples are selected: next to nothing, or theirs would be lost. */
const OTHERS_ALPHA = 0.06;

/** One of the two maps. */
export interface MapNow {
  readonly points: Points;
  readonly between: Between;
}

export class Difference {
  private readonly vertices: WebGLVertexArrayObject;

  constructor(private readonly graphics: Graphics) {
    const { gl } = graphics;
    this.vertices = gl.createVertexArray();
    gl.bindVertexArray(this.vertices);
    for (const location of Object.values(WAY)) {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribDivisor(location, 1);
    }
    gl.bindVertexArray(null);
  }

  /** Nothing when the maps are of different numbers of samples. @param size of the panel in CSS pixels. */
  draw(here: MapNow, there: MapNow, size: Size, pixelRatio: number): void {
    const { gl, palette, samples } = this.graphics;
    const { count } = here.points;
    const program = this.graphics.program(WAY_VERTEX, WAY_FRAGMENT);
    if (program === null || count === 0 || count !== there.points.count) return;
    gl.useProgram(program.handle);
    gl.bindVertexArray(this.vertices);
    const bound =
      here.points.pointPlaces(here.between, {
        from: WAY.hereFrom,
        to: WAY.hereTo,
        fromMarks: WAY.hereFromMarks,
        toMarks: WAY.hereToMarks,
      }) &&
      there.points.pointPlaces(there.between, {
        from: WAY.thereFrom,
        to: WAY.thereTo,
        fromMarks: WAY.thereFromMarks,
        toMarks: WAY.thereToMarks,
      });
    if (!bound) return;
    there.points.pointLabels(WAY.label);
    samples.bind(count, { mask: WAY.mask, colour: WAY.colour });
    palette.bind(0);
    gl.uniform1i(program.uniform("uPalette"), 0);
    gl.uniform1i(program.uniform("uClasses"), palette.count);
    gl.uniform1i(program.uniform("uOwn"), samples.ownColours(count) ? 1 : 0);
    const affine = (name: string, { scaleX, scaleY, offsetX, offsetY }: Affine) =>
      gl.uniform4f(program.uniform(name), scaleX, scaleY, offsetX, offsetY);
    affine("uHereFrom", here.between.from.affine);
    affine("uHereTo", here.between.to.affine);
    affine("uThereFrom", there.between.from.affine);
    affine("uThereTo", there.between.to.affine);
    gl.uniform2f(program.uniform("uMix"), here.between.mix, there.between.mix);
    gl.uniform2f(program.uniform("uHalf"), (size.width * pixelRatio) / 2, (size.height * pixelRatio) / 2);
    gl.uniform2f(program.uniform("uWidth"), WIDTH.from * pixelRatio, WIDTH.to * pixelRatio);
    gl.uniform1f(program.uniform("uOthers"), samples.selected > 0 ? OTHERS_ALPHA : 1);
    const lines = samples.selected > 0 ? samples.selected : count;
    const strength = Math.sqrt(STRONG_LINES / Math.max(STRONG_LINES, lines));
    gl.uniform1f(program.uniform("uAlpha"), Math.max(ALPHA.least, ALPHA.most * strength));
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
    gl.bindVertexArray(null);
  }

  destroy(): void {
    this.graphics.gl.deleteVertexArray(this.vertices);
  }
}
