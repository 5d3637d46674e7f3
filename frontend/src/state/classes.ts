/**
 * Why this file: what the tab Classes shows and in which order: the rule for anomalies (which the tab Cube shares), and which
 * classes are shown, open and pointed out. Computed only while a view reads it.
 */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import {
  type Anomaly,
  byClass,
  DEFAULT_THRESHOLD,
  defaultWindow,
  type FlipCounts,
  findAnomalies,
  flipCounts,
  IMMEDIATE_K,
  IMMEDIATE_THRESHOLD,
  type Side,
  shareOf,
  type Threshold,
  thresholdOf,
  wholeSet,
} from "../analysis/anomalies";
import type { ClassHistory, FlipEvents } from "../data/training_types";
import { type ClassLog, classLog, classNameOf, errorAt, flipsOf, type Held, lastError } from "./class_log";
import { fromIds, rowOf } from "./selection";
import type { Store } from "./store";
import { MOST_PINS, type Training, training } from "./training";

export type ClassOrder = "like" | "error" | "anomalies" | "name";

export const ROW_HEIGHTS = [12, 16, 20, 24, 32, 48] as const;

const NO_ANOMALIES: readonly Anomaly[] = [];
const names = new Intl.Collator("en", { numeric: true });

export class ClassesView {
  /** `null`: the default for a log of this length. */
  readonly kWish = signal<number | null>(null);
  readonly thetaWish = signal<Threshold>(DEFAULT_THRESHOLD);
  readonly side = signal<Side>("both");
  /** Changes of most of a class at once, however unstable it was. */
  readonly immediate = signal(false);
  readonly sort = signal<ClassOrder>("like");
  readonly onlyAnomalous = signal(false);
  readonly clustered = signal(true);
  /** The one whose classes are shown; `null`: all. */
  readonly cluster = signal<number | null>(null);
  /** Classes that are open to their samples. */
  readonly open = signal<ReadonlySet<number>>(new Set());
  /** CSS pixels. */
  readonly rowHeight = signal<number>(16);
  /** Of one sample, CSS pixels; `null`: as fits. */
  readonly sampleHeight = signal<number | null>(null);
  readonly sampleColours = signal<"right" | "answer">("right");
  readonly compareAs = signal<"stacked" | "difference">("stacked");
  /** A class to be scrolled to, a new object each time. */
  readonly revealed = signal<{ readonly class: number } | null>(null);

  readonly log: Held<ClassLog>;
  readonly other: Held<ClassLog>;
  /** This run's classes in the other run, by name; -1: it has none of that name. */
  readonly otherClass: ReadonlySignal<readonly number[]>;
  readonly flips: Held<FlipEvents>;
  /** Snapshots that count as stable. */
  readonly k: ReadonlySignal<number>;
  readonly theta: ReadonlySignal<Threshold>;
  /** Samples that it takes, of a class of the usual size. */
  readonly threshold: ReadonlySignal<number>;
  /** `null`: not known yet, or there are no labels or only one snapshot. */
  readonly counts: ReadonlySignal<FlipCounts | null>;
  /** Samples that it takes, one entry a class. */
  readonly least: ReadonlySignal<readonly number[]>;
  readonly found: ReadonlySignal<readonly Anomaly[]>;
  readonly foundOf: ReadonlySignal<ReadonlyMap<number, readonly Anomaly[]>>;
  /** Anomalous snapshots of every class that has any. */
  readonly anomalies: ReadonlySignal<ReadonlyMap<number, readonly number[]>>;
  /** Those after which the class's error is higher first, among alike ones those of the largest share. */
  readonly ranked: ReadonlySignal<readonly Anomaly[]>;
  /** Of the whole set, and how many samples it takes there. */
  readonly whole: ReadonlySignal<{
    readonly least: number;
    readonly found: readonly Anomaly[];
    readonly size: number;
  }>;
  /** The largest share of a class that an anomaly has. */
  readonly mostShare: ReadonlySignal<number>;
  /** Classes that are shown, in order. */
  readonly shown: ReadonlySignal<readonly number[]>;

  private readonly state: Training;

  constructor(private readonly store: Store) {
    const state = training(store);
    this.state = state;
    const [log, set] = [() => state.log.value, () => state.set.value];
    const otherSet = () =>
      state.otherLog.value?.index.answers.find(({ name }) => name === state.set.value?.name) ?? null;
    this.log = classLog(state, log, set);
    this.other = classLog(state, () => (state.otherRun.value === "" ? null : state.otherLog.value), otherSet);
    this.flips = flipsOf(state, log, set);
    this.otherClass = computed(() => {
      const [mine, theirs] = [this.log.value.value, this.other.value.value];
      const named = new Map(Array.from({ length: theirs?.classes ?? 0 }, (_, i) => [nameOf(theirs, i), i]));
      return Array.from({ length: mine?.classes ?? 0 }, (_, i) => named.get(nameOf(mine, i)) ?? -1);
    });

    state.onSubject(() => {
      this.cluster.value = null;
      this.open.value = new Set();
    });

    const snapshots = computed(() => this.log.value.value?.snapshots ?? 0);
    this.k = computed(() =>
      this.immediate.value ? IMMEDIATE_K : (this.kWish.value ?? defaultWindow(snapshots.value)),
    );
    this.theta = computed(() => (this.immediate.value ? IMMEDIATE_THRESHOLD : this.thetaWish.value));
    const sizes = computed(() => this.log.value.value?.answers.size ?? new Int32Array(0));
    this.threshold = computed(() => {
      const sorted = sizes.value.filter((size) => size > 0).sort();
      return thresholdOf(sorted[sorted.length >> 1] ?? 0, this.theta.value);
    });
    this.counts = computed(() => {
      const flips = this.flips.value.value;
      if (flips === null || snapshots.value < 2) return null;
      return flipCounts(flips, this.k.value, snapshots.value, sizes.value.length);
    });
    this.least = computed(() => Array.from(sizes.value, (size) => thresholdOf(size, this.theta.value)));
    this.found = computed(() =>
      this.counts.value === null
        ? NO_ANOMALIES
        : findAnomalies(this.counts.value, this.least.value, this.side.value),
    );
    this.foundOf = computed(() => byClass(this.found.value));
    this.anomalies = computed(
      () => new Map([...this.foundOf.value].map(([c, all]) => [c, all.map(({ snapshot }) => snapshot)])),
    );
    this.ranked = computed(() => {
      const [data, size] = [this.log.value.value, sizes.value];
      if (data === null) return NO_ANOMALIES;
      const worse = ({ class: c, snapshot: t }: Anomaly) =>
        Number(errorAt(data, c, t) > errorAt(data, c, t - 1));
      const share = (one: Anomaly) => shareOf(one, size[one.class] ?? 0);
      const keyed = this.found.value.map((one) => ({ one, worse: worse(one), share: share(one) }));
      return keyed.sort((p, q) => q.worse - p.worse || q.share - p.share).map(({ one }) => one);
    });
    // Of each k alone: summing over the classes takes longer than a new threshold.
    const wholeCounts = computed(() => (this.counts.value === null ? null : wholeSet(this.counts.value)));
    this.whole = computed(() => {
      const size = sizes.value.reduce((sum, one) => sum + one, 0);
      const { unit, value } = this.theta.value;
      const present = sizes.value.filter((one) => one > 0).length;
      const least = unit === "share" ? thresholdOf(size, this.theta.value) : Math.max(1, value * present);
      const counts = wholeCounts.value;
      return {
        least,
        size,
        found: counts === null ? NO_ANOMALIES : findAnomalies(counts, [least], this.side.value),
      };
    });
    this.mostShare = computed(() =>
      this.found.value.reduce((most, one) => Math.max(most, shareOf(one, sizes.value[one.class] ?? 0)), 0),
    );
    this.shown = computed(() => this.arrange());
  }

  private arrange(): number[] {
    const data = this.log.value.value;
    if (data === null) return [];
    const { answers, set } = data;
    const [cluster, foundOf] = [this.cluster.value, this.foundOf.value];
    const only = this.onlyAnomalous.value;
    const classes = [...answers.order].filter(
      (c) =>
        (answers.size[c] ?? 0) > 0 &&
        (!only || foundOf.has(c)) &&
        (cluster === null || answers.cluster[c] === cluster),
    );
    const by = (key: (c: number) => number) => classes.sort((p, q) => key(q) - key(p));
    switch (this.sort.value) {
      case "like":
        return classes;
      case "error":
        return by((c) => lastError(data, c));
      case "anomalies":
        return by((c) => foundOf.get(c)?.length ?? 0);
      case "name":
        return classes.sort((p, q) => names.compare(set.classes[p] ?? "", set.classes[q] ?? "") || p - q);
    }
  }

  /** Opens a class to its samples, or closes it. */
  toggle(index: number): void {
    const open = new Set(this.open.peek());
    if (!open.delete(index)) open.add(index);
    this.open.value = open;
  }

  /** Opens a class and scrolls to it, whatever was filtered out. */
  reveal(index: number): void {
    batch(() => {
      this.open.value = new Set(this.open.peek()).add(index);
      if (!this.shown.peek().includes(index)) {
        this.cluster.value = null;
        this.onlyAnomalous.value = false;
      }
      this.revealed.value = { class: index };
    });
  }

  /** Goes to an anomaly: its time, pinned, and its class, open. */
  goTo({ class: index, snapshot }: Anomaly): void {
    this.pinAt(snapshot);
    this.reveal(index);
  }

  /** Goes to a snapshot and leaves a line there. */
  pinAt(snapshot: number): void {
    const time = this.log.value.peek()?.steps[snapshot];
    if (time === undefined) return;
    const { pins } = this.state;
    batch(() => {
      this.state.goTo(time);
      if (!pins.peek().includes(time)) pins.value = [...pins.peek(), time].slice(-MOST_PINS);
    });
  }

  /** Selects samples by their ids; those that the probe lacks stay part of the selection, which says so. */
  select(ids: readonly (string | number)[]): void {
    const { explore, inspect, data } = this.store;
    const samples = data.samples.peek();
    if (samples === null) {
      explore.notice.value = "Nothing could be selected: this run has no probe.";
      return;
    }
    explore.setSelection(fromIds(samples, ids.map(String)));
    const first = ids.map((id) => rowOf(samples).get(String(id))).find((row) => row !== undefined);
    if (first !== undefined) inspect.focusOn(first);
  }

  /** Answers to the samples of a class. */
  history(index: number): ReturnType<typeof this.state.ask<ClassHistory>> | null {
    const [log, set] = [this.state.log.value, this.state.set.value];
    if (log === null || set === null) return null;
    return this.state.ask(log, `history ${set.name} ${index}`, (client, signal) =>
      client.history(set.name, index, signal),
    );
  }

  /** Selects all samples of a class, once it is known which those are. */
  selectClass(index: number): void {
    const answer = this.history(index);
    if (answer === null) return;
    const stop = answer.subscribe((now) => {
      if (now.kind === "loading") return;
      if (now.kind === "ready") this.select(now.value.ids);
      else this.store.explore.notice.value = now.message;
      queueMicrotask(() => stop());
    });
  }
}

/** Of a class; those without a name are told apart by their numbers. */
function nameOf(log: ClassLog | null, index: number): string {
  return log === null ? "" : classNameOf(log.set, index);
}

const viewOf = new WeakMap<Store, ClassesView>();

/** The classes over a store; the same object everywhere. */
export function classesView(store: Store): ClassesView {
  let one = viewOf.get(store);
  if (one === undefined) {
    one = new ClassesView(store);
    viewOf.set(store, one);
  }
  return one;
}
