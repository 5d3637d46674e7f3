/**
 * Why this file: binds one canvas to the store. It draws when something it reads has changed, at most once a browser
 * frame, and no component renders again for it.
 */
import { effect } from "@preact/signals";
import type { FrameData } from "../data/types";
import type { Store } from "../state/store";
import { NEUTRAL, PAGE } from "../theme/palettes";
import { type Camera, clipAffine, fitCamera, mixCameras, type Size, sameView, unionBounds } from "./camera";
import { listenGestures } from "./gestures";
import { pickSample } from "./pick";
import { NoWebGL2Error, Scatter, type SceneFrame } from "./scatter";
import { uploadAhead } from "./upload";
import { Visibility } from "./visibility";

/** Time constant with which a fitted view follows growing bounds: new frames glide in, they do not jerk. */
const GLIDE_MS = 120;

/** Mark on the browser's performance timeline: samples are on screen for the first time. */
export const FIRST_PICTURE = "hidden:first-picture";

/** Starts drawing; the returned function stops it and frees everything. Sets `transient.drawing` and `transient.hover`. */
export function attachStage(canvas: HTMLCanvasElement, store: Store): () => void {
  const stage = new Stage(canvas, store);
  return () => stage.destroy();
}

class Stage {
  private scatter: Scatter | null = null;
  private size: Size = { width: 1, height: 1 };
  private shownCamera: Camera | null = null;
  private fitted: Camera = { x: 0, y: 0, zoom: 1 };
  private readonly visibility = new Visibility();
  private pointer: { readonly clientX: number; readonly clientY: number } | null = null;
  private request = 0;
  private lastAt = 0;
  private themeChanged = true;
  private marked = false;
  private readonly stops: (() => void)[];

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly store: Store,
  ) {
    this.start();
    const resized = new ResizeObserver(() => this.resize());
    resized.observe(canvas);
    this.resize();
    const lost = (event: Event) => {
      event.preventDefault();
      this.scatter = null;
      store.transient.drawing.value = "lost";
    };
    const restored = () => this.start();
    canvas.addEventListener("webglcontextlost", lost);
    canvas.addEventListener("webglcontextrestored", restored);
    this.stops = [
      () => resized.disconnect(),
      () => canvas.removeEventListener("webglcontextlost", lost),
      () => canvas.removeEventListener("webglcontextrestored", restored),
      effect(() => this.watch()),
      effect(() => {
        void [store.derived.colours.value, store.transient.dark.value];
        this.themeChanged = true;
        this.invalidate();
      }),
      listenGestures(canvas, {
        size: () => this.size,
        camera: () => this.shownCamera ?? this.fitted,
        fitted: () => this.fitted,
        move: (camera) => {
          store.view.camera.value = camera;
        },
        fit: () => store.fitCamera(),
        point: (at) => {
          this.pointer = at;
          this.invalidate();
        },
      }),
    ];
  }

  destroy(): void {
    for (const stop of this.stops) stop();
    cancelAnimationFrame(this.request);
    this.scatter?.destroy();
    this.scatter = null;
    this.store.transient.hover.value = null;
  }

  private start(): void {
    try {
      this.scatter = new Scatter(this.canvas);
    } catch (error) {
      this.giveUp(error);
      return;
    }
    this.store.transient.drawing.value = "ok";
    this.themeChanged = true;
    this.invalidate();
  }

  /** Without WebGL2, or with a driver that refuses the shaders, there is nothing to draw with; the view says so. */
  private giveUp(error: unknown): void {
    if (!(error instanceof NoWebGL2Error)) console.error(error);
    this.scatter?.destroy();
    this.scatter = null;
    this.store.transient.drawing.value = "missing";
  }

  /** Whether the driver has compiled everything. */
  private compiled(scatter: Scatter): boolean {
    try {
      return scatter.ready();
    } catch (error) {
      this.giveUp(error);
      return false;
    }
  }

  /** Subscribes to everything that the picture depends on. */
  private watch(): void {
    const { view, data, derived, transient } = this.store;
    void [derived.position.value, derived.frames.value, data.buffered.value, data.bufferedLandscapes.value];
    void [view.camera.value, view.landscapeOpacity.value, view.hiddenClasses.value, data.samples.value];
    void [transient.visible.value, data.failed.value, view.markLies.value, derived.lyingBelow.value];
    this.invalidate();
  }

  private invalidate(): void {
    if (this.request !== 0) return;
    this.request = requestAnimationFrame((at) => {
      this.request = 0;
      this.draw(at);
    });
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.size = { width: Math.max(1, width), height: Math.max(1, height) };
    this.shownCamera = null;
    this.invalidate();
  }

  private draw(at: number): void {
    const { scatter, store } = this;
    const elapsed = Math.min(at - this.lastAt, 50);
    this.lastAt = at;
    if (scatter === null || !store.transient.visible.peek()) return;
    const camera = this.moveCamera(elapsed);
    const instant = store.transient.reducedMotion.peek();
    const fading = this.visibility.step(store.view.hiddenClasses.peek(), instant ? Infinity : elapsed);
    if (this.themeChanged || fading !== "still") this.setTheme(scatter);
    const moreToUpload = uploadAhead(store, scatter);
    const position = store.derived.position.peek();
    const ready = this.frames(scatter);
    // The picture before stays until the data is here; the view says that it is loading.
    const waiting = ready === "loading" || store.derived.awaitingSamples.peek();
    const compiling = !waiting && !this.compiled(scatter);
    if (waiting || compiling) {
      if (this.scatter !== null && (moreToUpload || compiling)) this.invalidate();
      return;
    }
    // An empty canvas needs no drawing: the first one costs as much as a full one.
    if (ready === null && !this.marked) return;
    this.updateHover(camera, ready);
    scatter.render({
      from: ready?.from ?? null,
      to: ready?.to ?? null,
      mix: position?.mix ?? 0,
      camera,
      fitted: this.fitted,
      size: this.size,
      pixelRatio: window.devicePixelRatio,
      landscape: store.view.landscapeOpacity.peek(),
      hollowBelow: store.view.markLies.peek() ? (store.derived.lyingBelow.peek() ?? 0) : 0,
      hover: store.transient.hover.peek()?.index ?? -1,
    });
    if (ready !== null && !this.marked) {
      this.marked = true;
      performance.mark(FIRST_PICTURE);
    }
    const gliding = this.shownCamera !== null && !sameView(this.shownCamera, this.target(), this.size);
    if (moreToUpload || fading === "fading" || gliding) this.invalidate();
  }

  private target(): Camera {
    return this.store.view.camera.peek() ?? this.fitted;
  }

  /** A camera that the user moved is obeyed at once; the fitted one is glided to. */
  private moveCamera(elapsed: number): Camera {
    const bounds = unionBounds(this.store.derived.frames.peek()?.bounds ?? []);
    if (bounds !== null) this.fitted = fitCamera(bounds, this.size);
    const chosen = this.store.view.camera.peek();
    const from = this.shownCamera;
    const glide = chosen === null && from !== null && !this.store.transient.reducedMotion.peek();
    let camera = chosen ?? this.fitted;
    if (glide && !sameView(from, camera, this.size)) {
      const nearer = mixCameras(from, camera, 1 - Math.exp(-elapsed / GLIDE_MS));
      // The last stretch is taken at once, so that the view rests exactly where it belongs.
      if (!sameView(nearer, camera, this.size)) camera = nearer;
    }
    // Before there is anything to fit there is nothing to glide from either.
    this.shownCamera = bounds === null && chosen === null ? null : camera;
    return camera;
  }

  /** The frames around the time now; "loading" while one is on its way, `null` when there is nothing to draw. */
  private frames(scatter: Scatter): Drawn | "loading" | null {
    const { derived, data } = this.store;
    const position = derived.position.peek();
    if (position === null) return null;
    const { a, b } = position;
    const [from, to] = [this.store.frameAt(a), this.store.frameAt(b)];
    const [fromKey, toKey] = [this.store.key(a), this.store.key(b)];
    const present = from && to && fromKey !== null && toKey !== null;
    if (!present || !scatter.hasFrame(fromKey) || !scatter.hasFrame(toKey)) {
      const failed = data.failed.peek();
      return failed.has(a) || failed.has(b) ? null : "loading";
    }
    return {
      from: { key: fromKey, bounds: from.bounds, frame: from },
      to: { key: toKey, bounds: to.bounds, frame: to },
    };
  }

  private setTheme(scatter: Scatter): void {
    const { derived, transient } = this.store;
    const page = transient.dark.peek() ? "dark" : "light";
    scatter.setTheme({
      classes: derived.colours.peek(),
      neutral: NEUTRAL[page],
      paper: PAGE[page].paper,
      ink: PAGE[page].ink,
      visibility: (i) => this.visibility.of(i),
    });
    this.themeChanged = false;
  }

  private updateHover(camera: Camera, drawn: Drawn | null): void {
    const { transient } = this.store;
    const index = this.pointer === null || drawn === null ? -1 : this.pick(camera, drawn, this.pointer);
    const before = transient.hover.peek();
    if (index < 0 || this.pointer === null) {
      if (before !== null) transient.hover.value = null;
      return;
    }
    const { clientX, clientY } = this.pointer;
    const same = before?.index === index && before.clientX === clientX && before.clientY === clientY;
    if (!same) transient.hover.value = { index, clientX, clientY };
  }

  private pick(camera: Camera, { from, to }: Drawn, pointer: { clientX: number; clientY: number }): number {
    const { store, size } = this;
    const position = store.derived.position.peek();
    const box = this.canvas.getBoundingClientRect();
    const half: [number, number] = [size.width / 2, size.height / 2];
    const clip: [number, number] = [
      (pointer.clientX - box.left) / half[0] - 1,
      1 - (pointer.clientY - box.top) / half[1],
    ];
    const labels = store.data.samples.peek()?.labels;
    const hidden = store.view.hiddenClasses.peek();
    const mix = position?.mix ?? 0;
    const nearest = mix < 0.5 ? from.frame : to.frame;
    return pickSample(
      {
        from: from.frame,
        to: to.frame,
        fromAffine: clipAffine(camera, size, from.bounds),
        toAffine: clipAffine(camera, size, to.bounds),
        mix,
        shown: (i) => {
          const label = labels?.[i] ?? -1;
          return !hidden.has(label >= 0 ? label : (nearest.prediction[i] as number));
        },
      },
      clip,
      half,
    );
  }
}

interface DrawnFrame extends SceneFrame {
  readonly frame: FrameData;
}

interface Drawn {
  readonly from: DrawnFrame;
  readonly to: DrawnFrame;
}
