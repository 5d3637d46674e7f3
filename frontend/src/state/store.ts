/**
 * Why this file: the one store of the tab. Views read its signals and call its actions; `session.ts` fills its data;
 * `stage.ts` (the render loop) reads the same signals without any component rendering again.
 *
 * Groups: `view` (what the user chose; can be serialised), `data` (what the server answered), `derived` (computed),
 * `transient` (hover, theme, visibility). It knows neither network nor DOM.
 */
import { batch, signal } from "@preact/signals";
import type { Client } from "../data/client";
import type { FrameData, LandscapeData, RunIndex, RunsAnswer, Samples } from "../data/types";
import type { Camera } from "../gl/camera";
import { Colouring } from "./colouring";
import { defaultMethod } from "./defaults";
import { type Derived, derive } from "./derived";
import { Explore } from "./explore";
import { Inspect } from "./inspect";
import { fromFrameUnits, toFrameUnits } from "./locate";
import { PayloadCache } from "./payload_cache";
import type { Tab } from "./tabs";

/** What the tab is able to show now. Views turn it into a sentence that says what to do. */
export type Status =
  | { readonly kind: "connecting" }
  | { readonly kind: "empty" }
  | { readonly kind: "loading" }
  | { readonly kind: "ready" }
  | { readonly kind: "error"; readonly message: string; readonly url: string };

/** Sample under the pointer, and where the pointer is in CSS pixels of the viewport. */
export interface Hover {
  readonly index: number;
  readonly clientX: number;
  readonly clientY: number;
}

/** Whether the browser can draw: `missing` = no WebGL2, `lost` = the context was taken away and is being restored. */
export type DrawingState = "ok" | "missing" | "lost";

export const SPEEDS = [0.5, 1, 2, 4, 8] as const;

export class Store {
  readonly view = {
    tab: signal<Tab>("space"),
    run: signal(""),
    layer: signal(""),
    method: signal(""),
    /** In step units; fractional = interpolated. */
    time: signal(0),
    playing: signal(false),
    speed: signal<number>(1),
    loop: signal(false),
    /** Time sticks to the newest frame. */
    follow: signal(true),
    /** 0 .. 1 */
    landscapeOpacity: signal(1),
    hiddenClasses: signal<ReadonlySet<number>>(new Set()),
    /** `null` = fitted to the union of all frames' bounds. */
    camera: signal<Camera | null>(null),
    runFilter: signal(""),
    badgeOpen: signal(false),
    /** Samples that the map lies about are drawn hollow. */
    markLies: signal(false),
  };

  readonly data = {
    /** Who answers for what is asked for while it is looked at; `null` before the session begins. */
    client: signal<Client | null>(null),
    runs: signal<RunsAnswer | null>(null),
    index: signal<RunIndex | null>(null),
    samples: signal<Samples | null>(null),
    status: signal<Status>({ kind: "connecting" }),
    /** ms since 1970 of the last news of this run. */
    lastUpdate: signal(0),
    /** Wall clock, ms since 1970, ticked once a second. */
    now: signal(0),
    /** Frame indices (of `derived.frames`) whose points are on the client. */
    buffered: signal<ReadonlySet<number>>(new Set()),
    /** Frame indices whose landscape is on the client. */
    bufferedLandscapes: signal<ReadonlySet<number>>(new Set()),
    /** The server stopped answering while there is something on screen; `null`: all is well. */
    offline: signal<{ readonly message: string; readonly url: string } | null>(null),
    /** Frames that could not be loaded, with the sentence that says why. */
    failed: signal<ReadonlyMap<number, string>>(new Map()),
    /** Playback is held because the next frame is not on the client yet. */
    waiting: signal(false),
    /** URL of the sprite, or `null`: no thumbnails. */
    thumbnailsUrl: signal<string | null>(null),
  };

  readonly transient = {
    hover: signal<Hover | null>(null),
    /** Dark theme; set by the bridge. */
    dark: signal(false),
    /** The tab is on screen; set by the bridge. Polling and playback pause otherwise. */
    visible: signal(true),
    /** TensorBoard shows this plugin, be it in a browser's tab that is hidden: alerts are looked for all the same. */
    open: signal(true),
    reducedMotion: signal(false),
    drawing: signal<DrawingState>("ok"),
    /** Counts the requests to reload at once (retry button, TensorBoard's reload). */
    reloads: signal(0),
  };

  readonly derived: Derived;
  /** Decoded frames and landscapes, least recently used ones dropped first. */
  readonly cache = new PayloadCache();
  /** The query and the selection, and what is looked at of it. */
  readonly explore: Explore;
  readonly inspect: Inspect;
  readonly colouring: Colouring;

  constructor() {
    this.derived = derive(this.view, this.data, this.transient);
    this.explore = new Explore(this);
    this.inspect = new Inspect(this);
    this.colouring = new Colouring(this);
  }

  /** Points of frame `i` of the selected layer and method, when they are on the client. */
  frameAt(i: number): FrameData | undefined {
    const key = this.key(i);
    return key === null ? undefined : this.cache.frame(key);
  }

  landscapeAt(i: number): LandscapeData | undefined {
    const key = this.key(i);
    return key === null ? undefined : this.cache.landscape(key);
  }

  putFrame(i: number, frame: FrameData): void {
    const key = this.key(i);
    if (key === null) return;
    this.cache.putFrame(key, frame);
    this.refreshBuffered();
    this.explore.snapshots.announce();
  }

  putLandscape(i: number, landscape: LandscapeData): void {
    const key = this.key(i);
    if (key === null) return;
    this.cache.putLandscape(key, landscape);
    this.refreshBuffered();
  }

  /** Names one write of one frame for ever; `null` when there is no such frame. */
  key(i: number): string | null {
    return this.derived.keys.peek()[i] ?? null;
  }

  /** A frame could not be loaded; it is not asked for again until `retry`. */
  markFailed(key: string, message: string): void {
    const frame = this.derived.keys.peek().indexOf(key);
    if (frame >= 0) this.data.failed.value = new Map(this.data.failed.peek()).set(frame, message);
  }

  /** Recomputes which frames are on the client; call after the cache or the selection changed. */
  refreshBuffered(): void {
    const keys = this.derived.keys.peek();
    const indices = [...keys.keys()];
    batch(() => {
      this.data.buffered.value = new Set(indices.filter((i) => this.cache.hasFrame(keys[i] as string)));
      this.data.bufferedLandscapes.value = new Set(
        indices.filter((i) => this.cache.hasLandscape(keys[i] as string)),
      );
    });
  }

  selectRun(name: string): void {
    if (name === this.view.run.peek()) return;
    batch(() => {
      this.view.run.value = name;
      // The method stays wished for: the next run opens with it where it has it.
      this.view.layer.value = "";
      this.view.camera.value = null;
      this.view.playing.value = false;
      this.view.follow.value = true;
      this.view.hiddenClasses.value = new Set();
      this.transient.hover.value = null;
      // What a link says of a selection holds for the run that it names.
      this.explore.linked.value = "";
      this.explore.notice.value = "";
      this.data.index.value = null;
      this.data.samples.value = null;
      this.data.thumbnailsUrl.value = null;
      this.data.failed.value = new Map();
      this.data.lastUpdate.value = 0;
      this.data.status.value = { kind: "loading" };
      this.refreshBuffered();
    });
  }

  selectLayer(name: string): void {
    batch(() => {
      const layer = this.data.index.peek()?.layers.find((candidate) => candidate.name === name);
      this.view.layer.value = name;
      if (layer && !(this.view.method.peek() in layer.frames)) this.view.method.value = defaultMethod(layer);
      this.afterSelection();
    });
  }

  selectMethod(name: string): void {
    if (name === this.view.method.peek()) return;
    batch(() => {
      this.view.method.value = name;
      this.afterSelection();
    });
  }

  /** The user moved to a time (step units): stops following live. */
  seek(time: number): void {
    batch(() => {
      this.view.follow.value = false;
      this.view.time.value = this.clamp(time);
    });
  }

  /** Moves by whole frames; from between two frames the first move lands on a true one. */
  stepBy(count: number): void {
    const steps = this.derived.steps.peek();
    const at = toFrameUnits(steps, this.view.time.peek());
    const from = count > 0 ? Math.floor(at) : Math.ceil(at);
    this.seek(fromFrameUnits(steps, from + count));
  }

  /** Starts or stops playback; from the last frame it starts again at the first. */
  togglePlay(): void {
    batch(() => {
      const steps = this.derived.steps.peek();
      const play = !this.view.playing.peek() && steps.length > 1;
      if (play) {
        const last = steps[steps.length - 1] as number;
        if (this.view.time.peek() >= last) this.view.time.value = steps[0] as number;
        this.view.follow.value = false;
      }
      this.view.playing.value = play;
    });
  }

  setFollow(follow: boolean): void {
    batch(() => {
      this.view.follow.value = follow;
      if (!follow) return;
      this.view.playing.value = false;
      this.view.time.value = this.derived.steps.peek().at(-1) ?? 0;
    });
  }

  setSpeed(speed: number): void {
    this.view.speed.value = speed;
  }

  setLoop(loop: boolean): void {
    this.view.loop.value = loop;
  }

  /** Hides or shows one class. */
  toggleClass(i: number): void {
    const hidden = new Set(this.view.hiddenClasses.peek());
    if (!hidden.delete(i)) hidden.add(i);
    this.view.hiddenClasses.value = hidden;
  }

  /** Shows this class alone; a second time shows all again. */
  soloClass(i: number): void {
    const count = this.data.index.peek()?.probe?.classes.length ?? 0;
    const others = new Set(Array.from({ length: count }, (_, k) => k).filter((k) => k !== i));
    const hidden = this.view.hiddenClasses.peek();
    const alone = hidden.size === others.size && !hidden.has(i);
    this.view.hiddenClasses.value = alone ? new Set() : others;
  }

  showAllClasses(): void {
    this.view.hiddenClasses.value = new Set();
  }

  fitCamera(): void {
    this.view.camera.value = null;
  }

  /** Asks the server again at once; after an error, too. */
  reload(): void {
    this.transient.reloads.value += 1;
  }

  /** Same as `reload`, and forgets which frames failed. */
  retry(): void {
    this.data.failed.value = new Map();
    this.explore.snapshots.failed.value = new Map();
    this.reload();
  }

  private clamp(time: number): number {
    const steps = this.derived.steps.peek();
    const first = steps[0];
    return first === undefined ? time : Math.min(Math.max(time, first), steps.at(-1) as number);
  }

  private afterSelection(): void {
    this.data.failed.value = new Map();
    this.view.camera.value = null;
    this.transient.hover.value = null;
    const steps = this.derived.steps.peek();
    if (this.view.follow.peek()) this.view.time.value = steps.at(-1) ?? 0;
    else this.view.time.value = this.clamp(this.view.time.peek());
    this.refreshBuffered();
  }
}
