/**
 * Why this file: one map beside the store's own, as signals: what it is a map of, where in time it is, how it is laid over
 * panel A, and what of it is on the client. It is what the stage draws in its panel.
 */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { FrameData, FramesIndex, LandscapeData, LayerIndex, RunIndex, Samples } from "../data/types";
import type { PanelSource } from "../gl/panel_source";
import type { Compare, PanelSpec } from "./compare";
import {
  type Fit,
  IDENTITY,
  moveBounds,
  moveFrame,
  moveLandscape,
  places,
  procrustes,
  type Similarity,
} from "./compare_align";
import {
  drawnTogether,
  followClock,
  matchLabels,
  matchSamples,
  reference,
  type SampleMatch,
} from "./compare_match";
import { lyingBelow } from "./lies";
import { locate, nearest, type Position, stepUnit, timeLabel } from "./locate";

/**
 * How the map lies over panel A's: it is the same map at another time, both were drawn as one, it was turned onto it, it is
 * left as it was drawn because somebody wants that or because nothing says how to turn it, or that is not known yet.
 */
export type Relation = "same" | "joint" | "procrustes" | "drawn" | "impossible" | "waiting";

const NOTHING: readonly never[] = [];

export class OtherPanel implements PanelSource {
  readonly spec: Signal<PanelSpec>;
  readonly index: ReadonlySignal<RunIndex | null>;
  readonly samples: ReadonlySignal<Samples | null>;
  readonly layer: ReadonlySignal<LayerIndex | null>;
  readonly frames: ReadonlySignal<FramesIndex | null>;
  readonly steps: ReadonlySignal<readonly number[]>;
  /** One key a frame, as the store's cache has it. */
  readonly payloadKeys: ReadonlySignal<readonly string[]>;
  readonly match: ReadonlySignal<SampleMatch | null>;
  readonly relation: ReadonlySignal<Relation>;
  /** Frames of panel A and of this one that alignment is fitted at. */
  readonly reference: ReadonlySignal<readonly [number, number] | null>;
  readonly fit: ReadonlySignal<Fit | null>;
  /** Why there is nothing to draw, and what to do; "" when there is, or may be. */
  readonly problem: ReadonlySignal<string>;
  readonly timeLabel: ReadonlySignal<string>;
  /** What is wrong with the map in view, or why there is none; "" when all is well. */
  readonly reason: ReadonlySignal<string>;
  /** Samples on both maps whose labels differ: of many, the ids may not mean the same. */
  readonly relabelled: ReadonlySignal<number>;

  readonly space: ReadonlySignal<string>;
  readonly bounds: PanelSource["bounds"];
  readonly keys: ReadonlySignal<readonly string[]>;
  readonly position: ReadonlySignal<Position | null>;
  readonly labels: ReadonlySignal<Int32Array | null>;
  readonly awaiting: ReadonlySignal<boolean>;
  readonly buffered: ReadonlySignal<ReadonlySet<number>>;
  readonly bufferedLandscapes: ReadonlySignal<ReadonlySet<number>>;
  readonly failed: ReadonlySignal<ReadonlyMap<number, string>>;
  readonly lyingBelow: ReadonlySignal<number | null>;

  /** How this map is laid over A's, and a name of that for what was uploaded. */
  private readonly laid: ReadonlySignal<{ readonly name: string; readonly similarity: Similarity }>;
  private readonly moved = new Map<string, FrameData | LandscapeData>();

  constructor(
    private readonly compare: Compare,
    spec: PanelSpec,
    readonly id: number,
  ) {
    const { store } = compare;
    const { view, data, derived } = store;
    this.spec = signal(spec);
    const foreign = computed(() => this.spec.value.run !== view.run.value);
    const feed = computed(() => compare.feed(this.spec.value.run));
    this.index = computed(() => (foreign.value ? feed.value.index.value : data.index.value));
    this.samples = computed(() => (foreign.value ? feed.value.samples.value : data.samples.value));
    this.layer = computed(
      () => this.index.value?.layers.find(({ name }) => name === this.spec.value.layer) ?? null,
    );
    this.frames = computed(() => this.layer.value?.frames[this.spec.value.method] ?? null);
    this.steps = computed(() => this.frames.value?.steps ?? NOTHING);
    this.payloadKeys = computed(() => {
      const { run, layer, method } = this.spec.value;
      return (this.frames.value?.versions ?? []).map((version, i) =>
        [run, layer, method, this.steps.value[i], version].join("\u0000"),
      );
    });
    this.position = computed(() => {
      const { epoch } = this.spec.value;
      if (epoch === null)
        return followClock(this.steps.value, derived.steps.value, derived.position.value, view.time.value);
      const at = locate(this.steps.value, epoch);
      const i = at === null ? 0 : nearest(at);
      return at && { a: i, b: i, mix: 0 };
    });
    this.match = computed(() => {
      const [own, other] = [data.samples.value, this.samples.value];
      const names = this.index.value?.probe?.classes ?? [];
      return own === null || other === null ? null : matchSamples(own, other, derived.classes.value, names);
    });
    this.reference = computed(() => reference(derived.steps.value, this.steps.value));
    this.fit = this.fitting();
    this.relation = computed(() => this.relate());
    this.laid = computed(() => {
      const fit = this.relation.value === "procrustes" ? this.fit.value : null;
      const match = this.match.value;
      const whose =
        match?.rows == null && match?.classes == null ? "" : (data.index.value?.probe?.version ?? "?");
      const similarity = fit?.similarity ?? IDENTITY;
      const name = fit === null ? whose : `${whose} ${Object.values(similarity).join(" ")}`;
      return { name, similarity };
    });
    this.problem = computed(() => this.troubles(foreign.value ? feed.value.problem.value : ""));
    this.reason = computed(() => {
      const i = this.position.value === null ? -1 : nearest(this.position.value);
      return this.frames.value?.reason[i] ?? "";
    });
    this.relabelled = computed(() => {
      const [own, other] = [data.samples.value?.labels, this.labels.value];
      const rows = this.match.value?.rows ?? null;
      if (own === undefined || other === null) return 0;
      return own.filter((label, i) => label !== other[i] && (rows === null || (rows[i] as number) >= 0))
        .length;
    });
    this.timeLabel = computed(() => this.labelTime());

    this.space = computed(() => {
      const relation = this.relation.value;
      // A map as it was drawn has an extent of its own.
      return relation === "drawn" || relation === "impossible" ? `own ${this.id}` : "";
    });
    this.bounds = computed(() => {
      const { name, similarity } = this.laid.value;
      const all = this.frames.value?.bounds ?? NOTHING;
      return name === "" || similarity === IDENTITY
        ? all
        : all.map((bounds) => moveBounds(bounds, similarity));
    });
    this.keys = computed(() => {
      const { name } = this.laid.value;
      return name === ""
        ? this.payloadKeys.value
        : this.payloadKeys.value.map((key) => `${key}\u0000${name}`);
    });
    this.labels = computed(() => {
      const [match, samples] = [this.match.value, this.samples.value];
      return match === null || samples === null ? null : matchLabels(match, samples.labels);
    });
    this.awaiting = computed(() => this.match.value === null || this.relation.value === "waiting");
    this.buffered = this.onClient((key) => store.cache.hasFrame(key) || compare.cache.hasFrame(key));
    this.bufferedLandscapes = this.onClient(
      (key) => store.cache.hasLandscape(key) || compare.cache.hasLandscape(key),
    );
    this.failed = computed(() => {
      const failed = compare.failed.value;
      return new Map(
        this.payloadKeys.value.flatMap((key, i) => {
          const why = failed.get(key);
          return why === undefined ? [] : [[i, why] as const];
        }),
      );
    });
    this.lyingBelow = computed(() => {
      const i = this.position.value === null ? -1 : nearest(this.position.value);
      const columns = Object.entries(this.frames.value?.faithfulness ?? {});
      return lyingBelow(Object.fromEntries(columns.map(([name, column]) => [name, column[i] ?? null])));
    });
  }

  /** Shows something else; layer and method stay where the run has them. */
  show(change: Partial<PanelSpec>): void {
    this.spec.value = { ...this.spec.peek(), ...change };
  }

  frameAt(i: number): FrameData | undefined {
    const key = this.payloadKeys.peek()[i];
    const raw = key === undefined ? undefined : this.payload(key);
    const match = this.match.peek();
    const { name, similarity } = this.laid.peek();
    if (raw === undefined || match === null || name === "") return raw;
    return this.made(`f${this.keys.peek()[i]}`, () => moveFrame(raw, match, similarity));
  }

  landscapeAt(i: number): LandscapeData | undefined {
    const { store, cache } = this.compare;
    const key = this.payloadKeys.peek()[i];
    if (key === undefined) return undefined;
    const raw = store.cache.landscape(key) ?? cache.landscape(key);
    const classes = this.match.peek()?.classes ?? null;
    const { similarity } = this.laid.peek();
    if (raw === undefined || (similarity === IDENTITY && classes === null)) return raw;
    return this.made(`l${this.keys.peek()[i]}`, () => moveLandscape(raw, classes, similarity));
  }

  /** A frame as the server sent it. */
  private payload(key: string): FrameData | undefined {
    return this.compare.store.cache.frame(key) ?? this.compare.cache.frame(key);
  }

  /** What was moved is kept as long as it is laid the same way. */
  private made<T extends FrameData | LandscapeData>(key: string, make: () => T): T {
    const held = this.moved.get(key);
    if (held !== undefined) return held as T;
    const { name } = this.laid.peek();
    for (const old of this.moved.keys()) if (!old.endsWith(name)) this.moved.delete(old);
    const made = make();
    this.moved.set(key, made);
    return made;
  }

  private onClient(has: (key: string) => boolean): ReadonlySignal<ReadonlySet<number>> {
    const { store, arrivals } = this.compare;
    return computed(() => {
      // Reading these subscribes to them: something arrived, for this panel or for A.
      void [arrivals.value, store.data.buffered.value, store.data.bufferedLandscapes.value];
      const keys = this.payloadKeys.value;
      return new Set([...keys.keys()].filter((i) => has(keys[i] as string)));
    });
  }

  /** How this map turns onto A's where both have one; found again when either is written anew, and not at every poll. */
  private fitting(): ReadonlySignal<Fit | null> {
    let fitted = "";
    let fit: Fit | null = null;
    return computed(() => {
      const { store, arrivals } = this.compare;
      void [arrivals.value, store.data.buffered.value];
      const at = this.reference.value;
      const match = this.match.value;
      const [ownKey, key] =
        at === null ? [] : [store.derived.keys.value[at[0]], this.payloadKeys.value[at[1]]];
      if (ownKey === undefined || key === undefined || match === null) return null;
      const [own, other] = [this.payload(ownKey), this.payload(key)];
      const name = `${ownKey}\u0000${key}\u0000${store.data.index.value?.probe?.version}`;
      if (name === fitted) return fit;
      if (own === undefined || other === undefined) return null;
      fitted = name;
      fit = procrustes(places(moveFrame(other, { ...match, classes: null }, IDENTITY)), places(own));
      return fit;
    });
  }

  private relate(): Relation {
    const { store, asDrawn, failed } = this.compare;
    const { run, layer, method } = this.spec.value;
    const { view, derived, data } = store;
    const own = { run: view.run.value, layer: view.layer.value, method: view.method.value, epoch: null };
    if (run === own.run && layer === own.layer && method === own.method) return "same";
    const at = this.reference.value;
    if (at === null || this.match.value === null) return "waiting";
    if (drawnTogether(own, data.index.value, this.spec.value, this.index.value)) return "joint";
    if (asDrawn.value) return "drawn";
    if (this.fit.value !== null) return "procrustes";
    const keys = [derived.keys.value[at[0]], this.payloadKeys.value[at[1]]] as [string, string];
    void [this.compare.arrivals.value, data.buffered.value];
    const here = keys.every((key) => this.payload(key) !== undefined);
    const never = failed.value.has(keys[1]) || data.failed.value.has(at[0]);
    return here || never ? "impossible" : "waiting";
  }

  private troubles(ofRun: string): string {
    const { run, layer, method } = this.spec.value;
    const index = this.index.value;
    if (index === null || index.run !== run) return ofRun;
    if (this.layer.value === null) return `Run ${run} has no layer ${layer}: choose another above.`;
    if (this.frames.value === null) {
      const others = Object.keys(this.layer.value.frames);
      return others.length > 0
        ? `Layer ${layer} of run ${run} has no map by ${method}: choose another above.`
        : `Layer ${layer} of run ${run} has no map yet.`;
    }
    if (index.probe === null) return `The samples of run ${run} are not known, so they cannot be compared.`;
    if (this.match.value?.common === 0) {
      return `Run ${run} has none of panel A's samples: samples are the same where their ids are.`;
    }
    const position = this.position.value;
    const frame = position === null ? undefined : nearest(position);
    const failed = frame === undefined ? undefined : this.failed.value.get(frame);
    return failed ?? "";
  }

  private labelTime(): string {
    const { a, b, mix } = this.position.value ?? { a: -1, b: -1, mix: 0 };
    const steps = this.steps.value;
    const [from, to] = [steps[a], steps[b]];
    if (from === undefined || to === undefined) return "";
    return timeLabel(steps, from + mix * (to - from), stepUnit(this.layer.value?.steps ?? steps));
  }
}
