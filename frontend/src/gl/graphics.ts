/**
 * Why this file: one WebGL context serves every panel of the map; what panels share (programs, class colours, what is
 * chosen about samples) lives here and is made once.
 */
import type { Size } from "./camera";
import { SCREEN_VERTEX } from "./glsl";
import { BLEND_FRAGMENT, PAINT_FRAGMENT } from "./landscape_shaders";
import { MapTexture } from "./map_texture";
import { PaletteTexture, parseHex } from "./palette_texture";
import { POINTS_FRAGMENT, POINTS_VERTEX } from "./point_shaders";
import { createProgram, type Program } from "./program";
import { SampleAttributes } from "./sample_attributes";

/** Colours of the picture, CSS "#rrggbb". */
export interface Theme {
  readonly classes: readonly string[];
  /** Samples without a class. */
  readonly neutral: string;
  /** Background of the page: the halo around rings. */
  readonly paper: string;
  /** Text colour of the page: the ring around the sample under the pointer. */
  readonly ink: string;
  /** The ring around selected samples. */
  readonly accent: string;
  readonly dark: boolean;
  /** 0 .. 1 for each class: 0 is hidden. */
  readonly visibility: (i: number) => number;
}

/** What the landscape shows: which class the model decides for, how sure it is of that one, or how torn between all. */
export type LandscapeBy = "class" | "confidence" | "entropy";

/** Red, green, blue, 0 .. 1. */
export type UnitColour = readonly [number, number, number];

/** A part of the canvas in device pixels, from the canvas' lower left as WebGL counts. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Thrown by the constructor when the browser has no WebGL2. */
export class NoWebGL2Error extends Error {
  override readonly name = "NoWebGL2Error";
}

export class Graphics {
  readonly gl: WebGL2RenderingContext;
  readonly palette: PaletteTexture;
  readonly samples: SampleAttributes;
  /** Colours for numbers. */
  readonly map: MapTexture;
  readonly pointsProgram: Program;
  readonly paintProgram: Program;
  readonly blendProgram: Program;
  colours: Readonly<Record<"paper" | "ink" | "accent", UnitColour>> = {
    paper: [1, 1, 1],
    ink: [0, 0, 0],
    accent: [0, 0, 0],
  };
  /** Counts changes of colours, after which what was painted with them is no longer true. */
  themeVersion = 0;
  landscapeBy: LandscapeBy = "class";
  private readonly later = new Map<string, Program>();
  private readonly usable = new Set<Program>();

  constructor(private readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext("webgl2", { alpha: true, antialias: false, depth: false });
    if (gl === null) throw new NoWebGL2Error("this browser has no WebGL2");
    this.gl = gl;
    this.palette = new PaletteTexture(gl);
    this.map = new MapTexture(gl);
    this.samples = new SampleAttributes(gl);
    this.pointsProgram = createProgram(gl, POINTS_VERTEX, POINTS_FRAGMENT);
    this.paintProgram = createProgram(gl, SCREEN_VERTEX, PAINT_FRAGMENT);
    this.blendProgram = createProgram(gl, SCREEN_VERTEX, BLEND_FRAGMENT);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /** Whether drawing would start at once: false while the driver still compiles. Throws when it refuses a shader. */
  ready(): boolean {
    return [this.pointsProgram, this.paintProgram, this.blendProgram].every((program) => program.ready());
  }

  /** The same for what the first picture does not need. Until this was true the picture lacks what draws with it. */
  laterReady(): boolean {
    const complete = this.usable.size === this.later.size;
    for (const program of this.later.values()) if (program.ready()) this.usable.add(program);
    return complete;
  }

  /** A program that the first picture does not need, compiled when it is first asked for; `null` until it is ready. */
  program(vertex: string, fragment: string): Program | null {
    let program = this.later.get(fragment);
    if (program === undefined) {
      program = createProgram(this.gl, vertex, fragment);
      this.later.set(fragment, program);
    }
    // Asking it for a uniform earlier would wait for the driver.
    return this.usable.has(program) ? program : null;
  }

  setTheme(theme: Theme): void {
    this.palette.set(theme.classes, theme.neutral, theme.visibility);
    this.map.set(theme.dark);
    this.themeVersion += 1;
    const { paper, ink, accent } = theme;
    this.colours = { paper: unitColour(paper), ink: unitColour(ink), accent: unitColour(accent) };
  }

  setLandscapeBy(by: LandscapeBy): void {
    if (by !== this.landscapeBy) this.themeVersion += 1;
    this.landscapeBy = by;
  }

  /** Makes the canvas as large as it is shown, and empties it. */
  clear(size: Size, pixelRatio: number): void {
    const { gl, canvas } = this;
    const width = Math.max(1, Math.round(size.width * pixelRatio));
    const height = Math.max(1, Math.round(size.height * pixelRatio));
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  /** Draws into a part of the canvas; samples near its edge do not spill over it. */
  within(viewport: Viewport, draw: () => void): void {
    const { gl } = this;
    const { x, y, width, height } = viewport;
    gl.viewport(x, y, width, height);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(x, y, width, height);
    draw();
    gl.disable(gl.SCISSOR_TEST);
  }

  destroy(): void {
    const { gl } = this;
    this.palette.destroy();
    this.map.destroy();
    this.samples.destroy();
    for (const program of [
      this.pointsProgram,
      this.paintProgram,
      this.blendProgram,
      ...this.later.values(),
    ]) {
      gl.deleteProgram(program.handle);
    }
  }
}

function unitColour(hex: string): UnitColour {
  const [r, g, b] = parseHex(hex);
  return [r / 255, g / 255, b / 255];
}
