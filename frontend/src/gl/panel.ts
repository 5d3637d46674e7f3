/**
 * Why this file: one map on a part of the canvas: give it frames once, then say where in time and space to look. Drawing
 * between frames it already has uploads nothing.
 */
import type { Bounds, FrameData, LandscapeData } from "../data/types";
import { type Camera, clipAffine, type Size } from "./camera";
import { Density, type DensityBy } from "./density";
import { Difference } from "./difference";
import type { Graphics, Viewport } from "./graphics";
import { discAlpha, discRadius, ringWidth, selectRingWidth } from "./look";
import { PAINT_LIMIT_BYTES, PLANE_LIMIT_BYTES, Plane, type PlaneLayer } from "./plane";
import { type Between, POINTS_LIMIT_BYTES, Points, type PointsLook } from "./points";

/** One of the two frames around the time: `key` names what was uploaded. */
export interface SceneFrame {
  readonly key: string;
  readonly bounds: Bounds;
}

/** Everything that decides one panel's picture. */
export interface Scene {
  readonly from: SceneFrame;
  readonly to: SceneFrame;
  /** 0 = `from`, 1 = `to`. */
  readonly mix: number;
  readonly camera: Camera;
  /** Camera that shows everything; disc size is relative to it. */
  readonly fitted: Camera;
  /** Of the panel in CSS pixels, and where that is on the canvas. */
  readonly size: Size;
  readonly viewport: Viewport;
  readonly pixelRatio: number;
  /** 0 .. 1: how strong the landscape is. */
  readonly landscape: number;
  /** The crowd as a density instead of single samples, coloured by this. */
  readonly density: DensityBy | "off";
  /** The landscape alone. */
  readonly planeOnly?: boolean;
  /** Samples whose `kept` (0 .. 255) is below are drawn hollow; 0: none. */
  readonly hollowBelow: number;
  /** Sample to highlight, or -1. */
  readonly hover: number;
  /** Sample to mark, or -1. */
  readonly marked?: number;
  /** Draws lines on top of the crowd and below the selected samples, given the radius of one of those in CSS pixels. */
  readonly lines?: (radius: number) => void;
}

/** Strongest fill of the landscape, so that discs of the same colour stand out on it. */
export const LANDSCAPE_ALPHA = 0.42;

export class Panel {
  private readonly points: Points;
  private readonly plane: Plane;
  private density: Density | null = null;
  private difference: Difference | null = null;
  private frames = 0;
  private labels: Int32Array | null = null;

  /** @param share of the GPU memory that all panels together may take. */
  constructor(
    private readonly graphics: Graphics,
    share = 1,
  ) {
    this.points = new Points(graphics, share * POINTS_LIMIT_BYTES);
    this.plane = new Plane(graphics, share * PLANE_LIMIT_BYTES, share * PAINT_LIMIT_BYTES);
  }

  /** How many samples and frames to make room for; labels negative or `null` are none. Free when nothing changed. */
  setSamples(count: number, frames: number, labels: Int32Array | null): void {
    const resized = count !== this.points.count || frames !== this.frames;
    if (resized) this.points.reserve(count, frames);
    if (resized || labels !== this.labels) this.points.setLabels(labels);
    this.frames = frames;
    this.labels = labels;
  }

  hasFrame(key: string): boolean {
    return this.points.has(key);
  }

  hasLandscape(key: string): boolean {
    return this.plane.has(key);
  }

  /** Number of samples; a frame with another number cannot be drawn with these. */
  get samples(): number {
    return this.points.count;
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

  /** Lines from where samples lie in another panel to where they lie in this one; both scenes as they are drawn. */
  drawDifference(other: Panel, there: Scene, scene: Scene): void {
    this.difference ??= new Difference(this.graphics);
    this.difference.draw(
      { points: other.points, between: betweenOf(there) },
      { points: this.points, between: betweenOf(scene) },
      scene.size,
      scene.pixelRatio,
    );
  }

  draw(scene: Scene): void {
    this.plane.draw(this.planeLayers(scene), scene.viewport, scene.pixelRatio);
    if (scene.planeOnly) return;
    const between = betweenOf(scene);
    const look = this.look(scene);
    this.graphics.within(scene.viewport, () => {
      if (!this.drawDensity(between, scene)) this.points.drawCrowd(between, look);
      scene.lines?.((look.radius + 3.5 * look.selectRing) / scene.pixelRatio);
      this.points.drawSelected(between, look);
      this.points.drawMark(between, look, scene.marked ?? -1);
      this.points.drawHovered(between, look, scene.hover);
    });
  }

  destroy(): void {
    this.density?.destroy();
    this.difference?.destroy();
    this.points.destroy();
    this.plane.destroy();
  }

  private drawDensity(between: Between, { density, viewport, pixelRatio, camera, fitted }: Scene): boolean {
    if (density === "off") return false;
    this.density ??= new Density(this.graphics);
    return this.density.draw(this.points, between, density, viewport, pixelRatio, camera.zoom / fitted.zoom);
  }

  private look({ camera, fitted, size, pixelRatio, hollowBelow }: Scene): PointsLook {
    const radius = discRadius(this.samples, size.width, size.height, camera.zoom / fitted.zoom);
    return {
      radius: radius * pixelRatio,
      ring: ringWidth(radius) * pixelRatio,
      selectRing: selectRingWidth(radius, this.graphics.samples.selected) * pixelRatio,
      alpha: discAlpha(this.samples),
      hollowBelow,
      pixel: pixelRatio,
    };
  }

  private planeLayers({ from, to, mix, landscape, camera, size }: Scene): PlaneLayer[] {
    const strength = landscape * LANDSCAPE_ALPHA;
    const parts: [SceneFrame, number][] = [[from, (1 - mix) * strength]];
    if (to.key !== from.key) parts.push([to, mix * strength]);
    return parts.flatMap(([frame, weight]) => {
      const bounds = this.plane.bounds(frame.key);
      if (bounds === undefined) return [];
      return [{ key: frame.key, weight, affine: clipAffine(camera, size, bounds) }];
    });
  }
}

function betweenOf({ from, to, mix, camera, size }: Scene): Between {
  const place = ({ key, bounds }: SceneFrame) => ({ key, affine: clipAffine(camera, size, bounds) });
  return { from: place(from), to: place(to), mix };
}
