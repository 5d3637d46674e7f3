/** Why this file: the camera on screen: what the user chose at once, what is fitted by gliding there. */

import type { Bounds } from "../data/types";
import { type Camera, fitCamera, mixCameras, type Size, sameView } from "./camera";

/** Time constant with which a fitted view follows growing bounds: new frames glide in, they do not jerk. */
const GLIDE_MS = 120;

export class CameraRig {
  /** The camera that shows everything. */
  fitted: Camera = { x: 0, y: 0, zoom: 1 };
  private shown: Camera | null = null;
  private target: Camera = this.fitted;

  /** The camera on screen. */
  get now(): Camera {
    return this.shown ?? this.fitted;
  }

  /** Forgets where it was: the canvas changed, and there is nothing to glide from. */
  reset(): void {
    this.shown = null;
  }

  /**
   * Moves on.
   *
   * @param bounds of all frames; `null`: nothing to fit yet.
   * @param chosen by the user, which is obeyed at once; `null`: fitted.
   */
  step(
    bounds: Bounds | null,
    chosen: Camera | null,
    size: Size,
    elapsedMs: number,
    instant: boolean,
  ): Camera {
    if (bounds !== null) this.fitted = fitCamera(bounds, size);
    this.target = chosen ?? this.fitted;
    let camera = this.target;
    if (chosen === null && this.shown !== null && !instant && !sameView(this.shown, camera, size)) {
      const nearer = mixCameras(this.shown, camera, 1 - Math.exp(-elapsedMs / GLIDE_MS));
      // The last stretch is taken at once, so that the view rests exactly where it belongs.
      if (!sameView(nearer, camera, size)) camera = nearer;
    }
    // Before there is anything to fit there is nothing to glide from either.
    this.shown = bounds === null && chosen === null ? null : camera;
    return camera;
  }

  /** Whether it is still on its way. */
  gliding(size: Size): boolean {
    return this.shown !== null && !sameView(this.shown, this.target, size);
  }
}
