/**
 * Why this file: binds one canvas to the store. It draws when something it reads has changed, at most once a browser
 * frame, and no component renders again for it.
 */
import { computed, effect, type ReadonlySignal } from "@preact/signals";
import type { Store } from "../state/store";
import { ACCENT, NEUTRAL, PAGE } from "../theme/palettes";
import type { Size } from "./camera";
import { CameraRig } from "./camera_rig";
import { listenGestures } from "./gestures";
import { Graphics, NoWebGL2Error } from "./graphics";
import type { Corner } from "./lasso";
import { panelRects } from "./panel_layout";
import { type PanelSource, storeSource, watchSource } from "./panel_source";
import { type Drawn, PanelView, sharedBounds } from "./panel_view";
import { handOver } from "./picture";
import { Pin } from "./pin";
import { Pointing, type Target } from "./pointing";
import { type StageOptions, stageOptions } from "./stage_options";
import { Visibility } from "./visibility";

/** Mark on the browser's performance timeline: samples are on screen for the first time. */
export const FIRST_PICTURE = "hidden:first-picture";

/** Starts drawing; the returned function stops it and frees everything. Sets `transient.drawing` and `transient.hover`. */
export function attachStage(canvas: HTMLCanvasElement, store: Store): () => void {
  const stage = new Stage(canvas, store);
  return () => stage.destroy();
}

class Stage {
  private readonly options: StageOptions;
  private readonly sources: ReadonlySignal<readonly PanelSource[]>;
  private graphics: Graphics | null = null;
  private views: readonly PanelView[] = [];
  /** What each view drew last. */
  private drawn: readonly (Drawn | null)[] = [];
  private size: Size = { width: 1, height: 1 };
  private readonly rig = new CameraRig();
  private readonly pin = new Pin();
  private readonly visibility = new Visibility();
  private readonly pointing: Pointing;
  private request = 0;
  private lastAt = 0;
  /** What all panels share is uploaded when it changed, not with every picture. */
  private changed = { theme: true, masks: true, look: true };
  private marked = false;
  private readonly stops: (() => void)[];

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly store: Store,
  ) {
    this.options = stageOptions(store);
    const own = [storeSource(store)];
    this.sources = computed(() => this.options.panels.value ?? own);
    this.pointing = new Pointing(canvas, store, (at) => this.targetAt(at));
    const resized = new ResizeObserver(() => this.resize());
    resized.observe(canvas);
    this.start();
    this.resize();
    const lost = (event: Event) => {
      event.preventDefault();
      this.graphics = null;
      this.views = [];
      store.transient.drawing.value = "lost";
    };
    const restored = () => {
      this.start();
      this.open(this.sources.peek());
    };
    canvas.addEventListener("webglcontextlost", lost);
    canvas.addEventListener("webglcontextrestored", restored);
    this.stops = [
      () => resized.disconnect(),
      () => canvas.removeEventListener("webglcontextlost", lost),
      () => canvas.removeEventListener("webglcontextrestored", restored),
      effect(() => this.open(this.sources.value)),
      effect(() => this.watch()),
      this.onChange("theme", () => [store.derived.colours.value, store.transient.dark.value]),
      this.onChange("masks", () => [store.explore.selectedMask.value, store.explore.filterMask.value]),
      this.onChange("look", () => [this.options.look.value]),
      this.listen(),
    ];
  }

  destroy(): void {
    for (const stop of this.stops) stop();
    cancelAnimationFrame(this.request);
    this.free();
    this.store.transient.hover.value = null;
  }

  private listen(): () => void {
    const { store, options, pointing, rig } = this;
    return listenGestures(this.canvas, {
      size: () => this.views[0]?.rect ?? this.size,
      local: (at) => {
        const [x, y] = pointing.onCanvas(at);
        const { left, top } = this.views.find((view) => view.has([x, y]))?.rect ?? { left: 0, top: 0 };
        return [x - left, y - top];
      },
      camera: () => store.view.camera.peek() ?? rig.now,
      fitted: () => rig.fitted,
      tool: () => options.tool.peek(),
      move: (camera) => {
        store.view.camera.value = camera;
      },
      fit: () => {
        pointing.doubleClick();
        store.fitCamera();
      },
      point: (at) => {
        // While an outline is drawn it is nowhere, again and again.
        if (pointing.point(at)) this.invalidate();
      },
      click: (at, change) => pointing.click(at, change),
      outline: (corners) => {
        options.drawn.value =
          corners?.map(([clientX, clientY]) => pointing.onCanvas({ clientX, clientY })) ?? null;
      },
      enclose: (corners, change) => pointing.enclose(corners, change),
    });
  }

  private onChange(what: "theme" | "masks" | "look", read: () => unknown): () => void {
    return effect(() => {
      void read();
      this.changed[what] = true;
      this.invalidate();
    });
  }

  private start(): void {
    try {
      this.graphics = new Graphics(this.canvas);
    } catch (error) {
      this.giveUp(error);
      return;
    }
    this.store.transient.drawing.value = "ok";
    this.changed = { theme: true, masks: true, look: true };
  }

  /** One view a source; another number of them shares the GPU's memory anew. */
  private open(sources: readonly PanelSource[]): void {
    for (const view of this.views) view.destroy();
    const { graphics } = this;
    this.views =
      graphics === null ? [] : sources.map((one) => new PanelView(graphics, one, 1 / sources.length));
    this.drawn = this.views.map(() => null);
    this.layOut();
  }

  private free(): void {
    for (const view of this.views) view.destroy();
    this.graphics?.destroy();
    this.views = [];
    this.graphics = null;
  }

  /** Without WebGL2, or with a driver that refuses the shaders, there is nothing to draw with; the view says so. */
  private giveUp(error: unknown): void {
    if (!(error instanceof NoWebGL2Error)) console.error(error);
    this.free();
    this.store.transient.drawing.value = "missing";
  }

  /** What the driver says of its programs; when it refuses one the view says so. */
  private compiled(ready: () => boolean): boolean {
    try {
      return ready();
    } catch (error) {
      this.giveUp(error);
      return false;
    }
  }

  /** Subscribes to everything that the picture depends on. */
  private watch(): void {
    const { camera, landscapeOpacity, hiddenClasses, markLies } = this.store.view;
    for (const source of this.sources.value) watchSource(source);
    const { pinned, trails, density, landscapeBy, picture, marked } = this.options;
    for (const { value } of [camera, landscapeOpacity, hiddenClasses, markLies, pinned, trails]) void value;
    for (const { value } of [density, landscapeBy, picture, marked, this.store.transient.visible]) void value;
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
    this.layOut();
  }

  private layOut(): void {
    const rects = panelRects(this.views.length, this.size);
    for (const [i, view] of this.views.entries()) view.rect = rects[i] ?? view.rect;
    this.options.rects.value = rects;
    this.rig.reset();
    this.invalidate();
  }

  private draw(at: number): void {
    const { graphics, store, views, rig } = this;
    const elapsed = Math.min(at - this.lastAt, 50);
    this.lastAt = at;
    const [first] = views;
    if (graphics === null || first === undefined || !store.transient.visible.peek()) return;
    const instant = store.transient.reducedMotion.peek();
    const fading = this.visibility.step(store.view.hiddenClasses.peek(), instant ? Infinity : elapsed);
    this.share(graphics, fading !== "still");
    const moreToUpload = views.map((view) => view.upload()).includes(true);
    const now = views.map((view) => view.drawn());
    // The picture before stays until the data is here; the view says that it is loading.
    const waiting = now[0] === "loading";
    if (!waiting) this.drawn = now.map((drawn, i) => (drawn === "loading" ? (this.drawn[i] ?? null) : drawn));
    this.followPin();
    const bounds = sharedBounds(views);
    const camera = rig.step(bounds[0] ?? null, store.view.camera.peek(), first.rect, elapsed, instant);
    const compiling = !waiting && !this.compiled(() => graphics.ready());
    if (waiting || compiling) {
      if (this.graphics !== null && (moreToUpload || compiling)) this.invalidate();
      return;
    }
    // An empty canvas needs no drawing: the first one costs as much as a full one.
    const nothing = this.drawn.every((drawn) => drawn === null);
    if (nothing && !this.marked) return;
    const by = this.options.landscapeBy.peek();
    if (by !== "off") graphics.setLandscapeBy(by);
    const picture = this.options.picture.peek();
    const pixelRatio = picture?.pixelRatio ?? window.devicePixelRatio;
    graphics.clear(this.size, pixelRatio);
    this.pointing.updateHover();
    const all = {
      camera,
      fitted: rig.fitted,
      canvas: this.size,
      pixelRatio,
      landscape: by === "off" ? 0 : store.view.landscapeOpacity.peek(),
      markLies: store.view.markLies.peek(),
      hover: store.transient.hover.peek()?.index ?? -1,
      marked: picture === null ? this.options.marked.peek() : -1,
      trails: this.options.trails.peek(),
      density: this.options.density.peek(),
      planeOnly: picture?.plane ?? false,
    };
    for (const [i, view] of views.entries()) {
      const drawn = this.drawn[i];
      const origin = i === 1 && this.options.difference.peek() ? first : null;
      if (drawn) view.draw(drawn, all, bounds[i] ?? null, origin);
    }
    this.options.shown.value = first.camera;
    handOver(this.options, this.canvas, views, this.drawn);
    if (!nothing && !this.marked) {
      this.marked = true;
      performance.mark(FIRST_PICTURE);
    }
    const more = !this.compiled(() => graphics.laterReady()) || moreToUpload || rig.gliding(first.rect);
    if (this.graphics !== null && (more || fading === "fading")) this.invalidate();
  }

  /** Uploads what all panels share and what changed of it. */
  private share(graphics: Graphics, fading: boolean): void {
    const { derived, transient, explore } = this.store;
    const { theme, masks, look } = this.changed;
    this.changed = { theme: false, masks: false, look: false };
    if (masks) graphics.samples.setMasks(explore.selectedMask.peek(), explore.filterMask.peek());
    if (look) graphics.samples.setLook(this.options.look.peek());
    if (!theme && !fading) return;
    const page = transient.dark.peek() ? "dark" : "light";
    graphics.setTheme({
      classes: derived.colours.peek(),
      neutral: NEUTRAL[page],
      accent: ACCENT[page],
      dark: transient.dark.peek(),
      ...PAGE[page],
      visibility: (i) => this.visibility.of(i),
    });
  }

  private followPin(): void {
    const { view, explore } = this.store;
    const mask = this.options.pinned.peek() ? explore.selectedMask.peek() : null;
    const moved = this.pin.follow(view.camera.peek() ?? this.rig.now, this.drawn[0] ?? null, mask);
    if (moved !== null) view.camera.value = moved;
  }

  private targetAt(at: Corner): Target | null {
    const i = this.views.findIndex((view) => view.has(at));
    const [view, drawn] = [this.views[i], this.drawn[i]];
    return view && drawn ? { view, drawn } : null;
  }
}
