/**
 * Why this file: the map as one framework-free object on one canvas: give it frames once, then say where in time and
 * space to look. Drawing between frames it already has uploads nothing.
 */
import type { Bounds, FrameData, LandscapeData } from "../data/types";
import { type Camera, clipAffine, type Size } from "./camera";
import { discAlpha, discRadius, ringWidth } from "./look";
import { PaletteTexture, parseHex } from "./palette_texture";
import { Plane, type PlaneLayer } from "./plane";
import { Points } from "./points";

/** One of the two frames around the time: `key` names what was uploaded. */
export interface SceneFrame {
  readonly key: string;
  readonly bounds: Bounds;
}

/** Everything that decides the picture. */
export interface Scene {
  readonly from: SceneFrame | null;
  readonly to: SceneFrame | null;
  /** 0 = `from`, 1 = `to`. */
  readonly mix: number;
  readonly camera: Camera;
  /** Camera that shows everything; disc size is relative to it. */
  readonly fitted: Camera;
  readonly size: Size;
  readonly pixelRatio: number;
  /** 0 .. 1: how strong the landscape is. */
  readonly landscape: number;
  /** Samples whose `kept` (0 .. 255) is below are drawn hollow; 0: none. */
  readonly hollowBelow: number;
  /** Sample to highlight, or -1. */
  readonly hover: number;
}

/** Colours of the picture, CSS "#rrggbb". */
export interface Theme {
  readonly classes: readonly string[];
  /** Samples without a class. */
  readonly neutral: string;
  /** Background of the page: the halo around rings. */
  readonly paper: string;
  /** Text colour of the page: the ring around the sample under the pointer. */
  readonly ink: string;
  /** 0 .. 1 for each class: 0 is hidden. */
  readonly visibility: (i: number) => number;
}

/** Strongest fill of the landscape, so that discs of the same colour stand out on it. */
export const LANDSCAPE_ALPHA = 0.42;

/** Thrown by the constructor when the browser has no WebGL2. */
export class NoWebGL2Error extends Error {
  override readonly name = "NoWebGL2Error";
}

export class Scatter {
  private readonly gl: WebGL2RenderingContext;
  private readonly palette: PaletteTexture;
  private readonly points: Points;
  private readonly plane: Plane;
  private halo: readonly [number, number, number] = [1, 1, 1];
  private ink: readonly [number, number, number] = [0, 0, 0];
  private count = 0;
  private frames = 0;
  private labels: Int32Array | null = null;

  constructor(private readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext("webgl2", { alpha: true, antialias: false, depth: false });
    if (gl === null) throw new NoWebGL2Error("this browser has no WebGL2");
    this.gl = gl;
    this.palette = new PaletteTexture(gl);
    this.points = new Points(gl);
    this.plane = new Plane(gl);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /** Whether `render` would draw at once: false while the driver still compiles. Throws when it refuses a shader. */
  ready(): boolean {
    return this.points.ready() && this.plane.ready();
  }

  /** How many samples and frames to make room for; labels negative or `null` are none. Free when nothing changed. */
  setSamples(count: number, frames: number, labels: Int32Array | null): void {
    const resized = count !== this.count || frames !== this.frames;
    if (resized) this.points.reserve(count, frames);
    if (resized || labels !== this.labels) this.points.setLabels(labels);
    this.count = count;
    this.frames = frames;
    this.labels = labels;
  }

  setTheme(theme: Theme): void {
    this.palette.set(theme.classes, theme.neutral, theme.visibility);
    this.plane.repaint();
    this.halo = unitColour(theme.paper);
    this.ink = unitColour(theme.ink);
  }

  hasFrame(key: string): boolean {
    return this.points.has(key);
  }

  hasLandscape(key: string): boolean {
    return this.plane.has(key);
  }

  /** Number of samples; a frame with another number cannot be drawn with these. */
  get samples(): number {
    return this.count;
  }

  /** Cells along one side of the landscapes held. */
  get landscapeSize(): number {
    return this.plane.gridSize;
  }

  /** Frames and landscapes that fit without dropping another. */
  get freeFrames(): number {
    return this.points.free;
  }

  get freeLandscapes(): number {
    return this.plane.free;
  }

  uploadFrame(key: string, frame: FrameData): void {
    this.points.upload(key, frame);
  }

  /** @param frames how many landscapes to make room for. */
  uploadLandscape(key: string, landscape: LandscapeData, frames: number): void {
    this.plane.reserve(landscape.size, frames);
    this.plane.upload(key, landscape);
  }

  render(scene: Scene): void {
    const { gl, canvas } = this;
    const width = Math.max(1, Math.round(scene.size.width * scene.pixelRatio));
    const height = Math.max(1, Math.round(scene.size.height * scene.pixelRatio));
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const { from, to, mix, camera, size } = scene;
    if (from === null || to === null) return;
    this.plane.draw(this.planeLayers(scene, from, to), this.palette, [width, height], scene.pixelRatio);
    const radius = discRadius(this.count, size.width, size.height, camera.zoom / scene.fitted.zoom);
    const look = {
      radius: radius * scene.pixelRatio,
      ring: ringWidth(radius) * scene.pixelRatio,
      alpha: discAlpha(this.count),
      hollowBelow: scene.hollowBelow,
      halo: this.halo,
      ink: this.ink,
    };
    const place = (frame: SceneFrame) => ({ key: frame.key, affine: clipAffine(camera, size, frame.bounds) });
    this.points.draw(place(from), place(to), mix, this.palette, look, scene.hover);
  }

  destroy(): void {
    this.palette.destroy();
    this.points.destroy();
    this.plane.destroy();
  }

  private planeLayers(scene: Scene, from: SceneFrame, to: SceneFrame): PlaneLayer[] {
    const strength = scene.landscape * LANDSCAPE_ALPHA;
    const parts: [SceneFrame, number][] = [[from, (1 - scene.mix) * strength]];
    if (to.key !== from.key) parts.push([to, scene.mix * strength]);
    return parts.flatMap(([frame, weight]) => {
      const bounds = this.plane.bounds(frame.key);
      if (bounds === undefined) return [];
      return [{ key: frame.key, weight, affine: clipAffine(scene.camera, scene.size, bounds) }];
    });
  }
}

function unitColour(hex: string): [number, number, number] {
  const [r, g, b] = parseHex(hex);
  return [r / 255, g / 255, b / 255];
}
