/** Why this file: the map has one equal-aspect camera; these pure functions move it and say where things are. */
import type { Bounds } from "../data/types";

/**
 * `x`, `y`: layout units at the centre of the canvas. `zoom`: half of the canvas' shorter side shows 1 / zoom layout
 * units, so a camera means the same in a window of another size.
 */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** A canvas in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** `clip = normalised * scale + offset`, for positions normalised to 0 .. 1 over some bounds. */
export interface Affine {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

/** Free border around fitted points, CSS pixels: room for rings, the badge above and the key below. */
export const FIT_PADDING = { side: 28, top: 60, bottom: 56 } as const;
/** On a canvas or panel lower than this the key may cover samples: half of its height would be border. CSS pixels. */
const LOW = 290;
const LOW_BOTTOM = 14;
/** How far the wheel may go, relative to the fitted zoom. Positions have 65,536 levels, so 200x still shows structure. */
export const ZOOM_RANGE = { min: 0.3, max: 200 } as const;

/** CSS pixels per layout unit. */
export function pixelsPerUnit(camera: Camera, size: Size): number {
  return (camera.zoom * Math.min(size.width, size.height)) / 2;
}

/** The smallest bounds that hold all of them; those that are not finite or empty are left out. `null`: none left. */
export function unionBounds(all: readonly Bounds[]): Bounds | null {
  let union: Bounds | null = null;
  for (const bounds of all) {
    const [x0, y0, x1, y1] = bounds;
    if (!bounds.every(Number.isFinite) || x1 <= x0 || y1 <= y0) continue;
    union =
      union === null
        ? bounds
        : [Math.min(union[0], x0), Math.min(union[1], y0), Math.max(union[2], x1), Math.max(union[3], y1)];
  }
  return union;
}

/** The camera that shows all of `bounds` inside the padding. */
export function fitCamera(bounds: Bounds, size: Size): Camera {
  const [x0, y0, x1, y1] = bounds;
  const { side, top } = FIT_PADDING;
  const bottom = size.height < LOW ? LOW_BOTTOM : FIT_PADDING.bottom;
  // A canvas smaller than its padding still shows the points, over half of its extent.
  const width = Math.max(size.width - 2 * side, size.width / 2, 1);
  const height = Math.max(size.height - top - bottom, size.height / 2, 1);
  const scale = Math.min(width / (x1 - x0), height / (y1 - y0));
  const roomBelowCentre = (Math.min(top, size.height / 4) - Math.min(bottom, size.height / 4)) / 2;
  return {
    x: (x0 + x1) / 2,
    y: (y0 + y1) / 2 + roomBelowCentre / scale,
    zoom: (2 * scale) / Math.max(1, Math.min(size.width, size.height)),
  };
}

/** Layout units under a point of the canvas (CSS pixels from its top left). */
export function toLayout(camera: Camera, size: Size, px: number, py: number): [number, number] {
  const scale = pixelsPerUnit(camera, size);
  return [camera.x + (px - size.width / 2) / scale, camera.y - (py - size.height / 2) / scale];
}

/** CSS pixels from the canvas' top left of a point in layout units. */
export function toScreen(camera: Camera, size: Size, x: number, y: number): [number, number] {
  const scale = pixelsPerUnit(camera, size);
  return [size.width / 2 + (x - camera.x) * scale, size.height / 2 - (y - camera.y) * scale];
}

/** Zooms by `factor` so that what is under the pointer stays under it. */
export function zoomAt(
  camera: Camera,
  size: Size,
  px: number,
  py: number,
  factor: number,
  fitted: Camera,
): Camera {
  const wanted = camera.zoom * factor;
  const zoom = Math.min(Math.max(wanted, fitted.zoom * ZOOM_RANGE.min), fitted.zoom * ZOOM_RANGE.max);
  const [x, y] = toLayout(camera, size, px, py);
  const scale = pixelsPerUnit({ ...camera, zoom }, size);
  return { x: x - (px - size.width / 2) / scale, y: y + (py - size.height / 2) / scale, zoom };
}

/** Moves the map by pixels, as a drag does. */
export function pan(camera: Camera, size: Size, dx: number, dy: number): Camera {
  const scale = pixelsPerUnit(camera, size);
  return { x: camera.x - dx / scale, y: camera.y + dy / scale, zoom: camera.zoom };
}

/** From positions normalised over `bounds` to WebGL clip space (-1 .. 1, y up). */
export function clipAffine(camera: Camera, size: Size, bounds: Bounds): Affine {
  const [x0, y0, x1, y1] = bounds;
  const scale = pixelsPerUnit(camera, size);
  const perX = (2 * scale) / Math.max(1, size.width);
  const perY = (2 * scale) / Math.max(1, size.height);
  return {
    scaleX: (x1 - x0) * perX,
    scaleY: (y1 - y0) * perY,
    offsetX: (x0 - camera.x) * perX,
    offsetY: (y0 - camera.y) * perY,
  };
}

/** A share of the way from one camera to another; zoom moves on a logarithmic scale, as the eye reads it. */
export function mixCameras(from: Camera, to: Camera, share: number): Camera {
  return {
    x: from.x + (to.x - from.x) * share,
    y: from.y + (to.y - from.y) * share,
    zoom: from.zoom * (to.zoom / from.zoom) ** share,
  };
}

/** Whether two cameras would draw the same picture to well below a pixel. */
export function sameView(p: Camera, q: Camera, size: Size): boolean {
  const scale = pixelsPerUnit(q, size);
  const moved = Math.hypot(p.x - q.x, p.y - q.y) * scale;
  return moved < 0.1 && Math.abs(p.zoom / q.zoom - 1) < 1e-4;
}
