/** Why this file: brings a panel's source and its part of the canvas together: what it draws now, and what is where in it. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Bounds, FrameData } from "../data/types";
import { type Camera, clipAffine, fitCamera, type Size, unionBounds } from "./camera";
import type { Graphics } from "./graphics";
import { type Corner, enclosedRows } from "./lasso";
import { Panel, type Scene, type SceneFrame } from "./panel";
import { linkedCamera, type Rect, viewportOf } from "./panel_layout";
import type { PanelSource } from "./panel_source";
import { PanelTrails } from "./panel_trails";
import { pickSample } from "./pick";
import type { Placement } from "./placement";
import { uploadAhead } from "./upload";

export interface DrawnFrame extends SceneFrame {
  readonly frame: FrameData;
}

/** The frames around the time now. */
export interface Drawn {
  readonly from: DrawnFrame;
  readonly to: DrawnFrame;
  readonly mix: number;
}

/** What all panels have in common in one picture. */
export interface SceneOfAll
  extends Pick<
    Scene,
    "camera" | "fitted" | "pixelRatio" | "landscape" | "density" | "planeOnly" | "hover" | "marked"
  > {
  readonly canvas: Size;
  readonly markLies: boolean;
  /** The selection leaves trails. */
  readonly trails: boolean;
}

export class PanelView {
  readonly panel: Panel;
  /** Of all of its frames. */
  readonly bounds: ReadonlySignal<Bounds | null>;
  rect: Rect = { left: 0, top: 0, width: 1, height: 1 };
  private readonly trails: PanelTrails;
  /** What it drew last. */
  private scene: Scene | null = null;
  /** Where it looks; set by `draw`. */
  camera: Camera = { x: 0, y: 0, zoom: 1 };
  /** Its magnification, 1 when all of the map is in view; set by `draw`. */
  zoom = 1;

  /** @param share of the GPU memory that all panels together may take. */
  constructor(
    graphics: Graphics,
    readonly source: PanelSource,
    share: number,
  ) {
    this.panel = new Panel(graphics, share);
    this.trails = new PanelTrails(graphics, source);
    this.bounds = computed(() => unionBounds(source.bounds.value));
  }

  /** @returns whether more is waiting to be uploaded. */
  upload(): boolean {
    return uploadAhead(this.source, this.panel);
  }

  /** "loading" while a frame is on its way, `null` when there is nothing to draw. */
  drawn(): Drawn | "loading" | null {
    const position = this.source.position.peek();
    if (position === null) return null;
    if (this.source.awaiting.peek()) return "loading";
    const [from, to] = [this.frame(position.a), this.frame(position.b)];
    if (from !== null && to !== null) return { from, to, mix: position.mix };
    const failed = this.source.failed.peek();
    return failed.has(position.a) || failed.has(position.b) ? null : "loading";
  }

  /** @param origin the panel that lines come from, which was drawn before; `null`: no lines. */
  draw(drawn: Drawn, all: SceneOfAll, bounds: Bounds | null, origin: PanelView | null): void {
    const { rect, panel } = this;
    const own = bounds === null ? all.fitted : fitCamera(bounds, rect);
    this.camera = linkedCamera(all.camera, all.fitted, own);
    this.zoom = this.camera.zoom / own.zoom;
    const scene: Scene = {
      ...all,
      ...drawn,
      camera: this.camera,
      fitted: own,
      size: rect,
      viewport: viewportOf(rect, all.canvas, all.pixelRatio),
      hollowBelow: all.markLies ? (this.source.lyingBelow.peek() ?? 0) : 0,
      lines: (radius) => {
        if (origin?.scene) panel.drawDifference(origin.panel, origin.scene, scene);
        if (all.trails) this.trails.draw(scene, radius);
      },
    };
    this.scene = scene;
    panel.draw(scene);
  }

  /** Row of the sample that is drawn near a place, or -1; CSS pixels from the canvas' upper left. */
  pick(drawn: Drawn, at: Corner, shown: ((i: number) => boolean) | null): number {
    const half: Corner = [this.rect.width / 2, this.rect.height / 2];
    return pickSample(this.placement(drawn), this.clip(at), half, shown);
  }

  /** Rows of the samples that are drawn inside an outline; CSS pixels from the canvas' upper left. */
  enclosed(drawn: Drawn, corners: readonly Corner[], shown: ((i: number) => boolean) | null): Uint32Array {
    return enclosedRows(
      this.placement(drawn),
      corners.map((corner) => this.clip(corner)),
      shown,
    );
  }

  has([x, y]: Corner): boolean {
    const { left, top, width, height } = this.rect;
    return x >= left && x < left + width && y >= top && y < top + height;
  }

  destroy(): void {
    this.panel.destroy();
    this.trails.destroy();
  }

  private frame(i: number): DrawnFrame | null {
    const frame = this.source.frameAt(i);
    const key = this.source.keys.peek()[i];
    if (frame === undefined || key === undefined || !this.panel.hasFrame(key)) return null;
    return { key, bounds: frame.bounds, frame };
  }

  private placement({ from, to, mix }: Drawn): Placement {
    return {
      from: from.frame,
      to: to.frame,
      fromAffine: clipAffine(this.camera, this.rect, from.bounds),
      toAffine: clipAffine(this.camera, this.rect, to.bounds),
      mix,
    };
  }

  private clip([x, y]: Corner): Corner {
    const { left, top, width, height } = this.rect;
    return [(2 * (x - left)) / width - 1, 1 - (2 * (y - top)) / height];
  }
}

/** What each view is fitted to: panels of one space are fitted together. */
export function sharedBounds(views: readonly PanelView[]): (Bounds | null)[] {
  const space = (view: PanelView) => view.source.space.peek();
  return views.map((view) => {
    const together = views.filter((other) => space(other) === space(view));
    return unionBounds(together.map((other) => other.bounds.peek()).filter((one) => one !== null));
  });
}
