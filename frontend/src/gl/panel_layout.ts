/** Why this file: where panels lie on the canvas, and how one camera looks into several of them. */
import type { Camera, Size } from "./camera";
import type { Viewport } from "./graphics";

/** CSS pixels from the canvas' upper left. */
export interface Rect extends Size {
  readonly left: number;
  readonly top: number;
}

/** Free space between panels, CSS pixels; the page shows through. */
export const GUTTER = 2;

/** Panels of one size, row by row, in as many columns as make them largest across their shorter side. */
export function panelRects(count: number, { width, height }: Size): Rect[] {
  const shape = (columns: number): Size => ({
    width: Math.max(1, (width - (columns - 1) * GUTTER) / columns),
    height: Math.max(1, (height - (Math.ceil(count / columns) - 1) * GUTTER) / Math.ceil(count / columns)),
  });
  const room = (columns: number) => Math.min(shape(columns).width, shape(columns).height);
  let columns = 1;
  for (let more = 2; more <= count; more++) if (room(more) > room(columns)) columns = more;
  const size = shape(columns);
  return Array.from({ length: count }, (_, i) => ({
    ...size,
    left: (i % columns) * (size.width + GUTTER),
    top: Math.floor(i / columns) * (size.height + GUTTER),
  }));
}

/** Device pixels of a part of the canvas, from its lower left. */
export function viewportOf(rect: Rect, canvas: Size, pixelRatio: number): Viewport {
  const [left, top] = [Math.round(rect.left * pixelRatio), Math.round(rect.top * pixelRatio)];
  const right = Math.round((rect.left + rect.width) * pixelRatio);
  const bottom = Math.round((rect.top + rect.height) * pixelRatio);
  return {
    x: left,
    y: Math.round(canvas.height * pixelRatio) - bottom,
    width: Math.max(1, right - left),
    height: Math.max(1, bottom - top),
  };
}

/** How a panel is seen whose map has another extent: what is half way out in one is half way out in the other. */
export function linkedCamera(camera: Camera, fitted: Camera, own: Camera): Camera {
  const scale = fitted.zoom / own.zoom;
  return {
    x: own.x + (camera.x - fitted.x) * scale,
    y: own.y + (camera.y - fitted.y) * scale,
    zoom: camera.zoom / scale,
  };
}
