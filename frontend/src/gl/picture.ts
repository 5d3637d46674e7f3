/** Why this file: a picture to take away is drawn by the stage, at a resolution of its own, and handed over in the task that drew it. */
import type { Camera } from "./camera";
import type { Rect } from "./panel_layout";
import type { PanelSource } from "./panel_source";
import type { Drawn, PanelView } from "./panel_view";
import type { StageOptions } from "./stage_options";

/** One panel of a picture that was taken. */
export interface TakenPanel {
  readonly source: PanelSource;
  readonly rect: Rect;
  readonly camera: Camera;
  /** Magnification, 1 when all of the map is in view. */
  readonly zoom: number;
  /** `null`: nothing was on the client. */
  readonly drawn: Drawn | null;
}

/** Asks for the next picture, at a resolution of its own. */
export interface PictureRequest {
  readonly pixelRatio: number;
  /** The landscape alone, without samples. */
  readonly plane?: boolean;
  /** Called in the task that drew, while the canvas still holds the picture. */
  readonly taken: (canvas: HTMLCanvasElement, panels: readonly TakenPanel[]) => void;
}

/** The canvas as it was just drawn goes to whoever asked for it; the next picture is for the screen again. */
export function handOver(
  options: StageOptions,
  canvas: HTMLCanvasElement,
  views: readonly PanelView[],
  drawn: readonly (Drawn | null)[],
): void {
  const request = options.picture.peek();
  if (request === null) return;
  options.picture.value = null;
  request.taken(
    canvas,
    views.map(({ source, rect, camera, zoom }, i) => ({
      source,
      rect,
      camera,
      zoom,
      drawn: drawn[i] ?? null,
    })),
  );
}
