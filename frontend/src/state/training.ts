/**
 * Why this file: what the tabs Layers, Classes and Cube share beyond the store: the log of the run, the part of the clock
 * that is zoomed into, the pins, and the answers that they draw. Loaded with the first of these tabs.
 */
import { batch, computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { Client } from "../data/client";
import { TrainingClient } from "../data/training_client";
import type { AnswerSet, Stretch, TrainingIndex } from "../data/training_types";
import { cursor } from "./cursor";
import { type Answer, Resources } from "./resource";
import type { Store } from "./store";

/** Answers that are kept: a few zoom levels of everything that is open. */
const MOST_ANSWERS = 240;
/** As published, the pinned iterations are few: each is a line through all pictures. */
export const MOST_PINS = 8;

/** A piece of the clock. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface Log {
  readonly index: TrainingIndex;
  readonly client: TrainingClient;
}

export class Training {
  /** The run's log; `null`: not asked for yet. */
  readonly log = signal<Log | null>(null);
  /** Why there is none; "" when there is or may be. */
  readonly problem = signal("");
  /** Another run beside this one; "" for none. */
  readonly otherRun = signal("");
  readonly otherLog = signal<Log | null>(null);
  readonly otherProblem = signal("");
  /** `null`: all of the clock is shown. */
  readonly zoomed = signal<Window | null>(null);
  /** Times on the clock, in the order in which they were pinned. */
  readonly pins = signal<readonly number[]>([]);
  /** Time on the clock under the pointer, in whichever picture it is. */
  readonly hover = signal<number | null>(null);
  /** Number of the stretch that is shown; `null`: the last. */
  readonly stretchWish = signal<number | null>(null);
  /** Name of the set of samples; `null`: the script's own before the probe. */
  readonly setWish = signal<string | null>(null);
  /** Class and layer that somebody points at, in whichever picture. -1: none. */
  readonly hoverClass = signal(-1);
  readonly hoverLayer = signal(-1);

  /** The time that pictures and maps are at. */
  readonly now: ReadonlySignal<number>;
  readonly stretchNumber: ReadonlySignal<number>;
  readonly stretch: ReadonlySignal<Stretch | null>;
  readonly set: ReadonlySignal<AnswerSet | null>;
  /** All of the clock that the log, or the probe's snapshots, reach over. */
  readonly whole: ReadonlySignal<Window>;
  /** Names what classes and layers are numbered in: other numbers mean others. */
  readonly subject: ReadonlySignal<string>;
  /** What is shown of it. */
  readonly window: ReadonlySignal<Window>;

  private readonly resources = new Resources(MOST_ANSWERS);

  constructor(readonly store: Store) {
    this.now = computed(() => {
      const [place, maps] = [cursor(store).value, store.view.time.value];
      return place?.maps === maps ? place.time : maps;
    });
    this.stretchNumber = computed(() => {
      const count = this.log.value?.index.parameters?.stretches.length ?? 0;
      return Math.min(this.stretchWish.value ?? count - 1, count - 1);
    });
    this.stretch = computed(
      () => this.log.value?.index.parameters?.stretches[this.stretchNumber.value] ?? null,
    );
    this.set = computed(() => {
      const sets = this.log.value?.index.answers ?? [];
      const wished = sets.find(({ name }) => name === this.setWish.value);
      return wished ?? sets.find(({ name }) => name !== "probe") ?? sets[0] ?? null;
    });
    this.whole = computed(() => {
      const index = this.log.value?.index;
      const stretches = index?.parameters?.stretches ?? [];
      const ends = [
        ...stretches.flatMap(({ first_time, last_time, rows }) => [
          first_time,
          // The last row lasts as long as the others do, so that it can be seen.
          last_time + (last_time - first_time) / Math.max(1, rows - 1),
        ]),
        ...(index?.answers ?? []).flatMap(({ steps }) => [steps[0] ?? 0, steps.at(-1) ?? 0]),
        ...[store.derived.steps.value[0], store.derived.steps.value.at(-1)].filter(
          (step) => step !== undefined,
        ),
      ];
      const [from, to] = [Math.min(...ends), Math.max(...ends)];
      if (!Number.isFinite(from)) return { from: 0, to: 1 };
      return to > from ? { from, to } : { from: from - 0.5, to: to + 0.5 };
    });
    this.subject = computed(() =>
      JSON.stringify([this.log.value?.index.run, this.set.value?.name, this.stretchNumber.value]),
    );
    this.window = computed(() => this.zoomed.value ?? this.whole.value);
    let before = store.view.run.peek();
    // Of the run, not of its training log: tabs that draw snapshots alone zoom and pin, too.
    effect(() => {
      const run = store.view.run.value;
      if (run !== before) untracked(() => this.leave(run));
      before = run;
    });
  }

  /** Forgets what was chosen of the run before. */
  private leave(run: string): void {
    batch(() => {
      this.zoomed.value = null;
      this.pins.value = [];
      this.stretchWish.value = null;
      if (this.otherRun.peek() === run) this.otherRun.value = "";
    });
  }

  /** The log arrived, anew or for the first time. What was asked of an older one is of no use. */
  put(client: Client, index: TrainingIndex): void {
    const { run, v } = index;
    if (this.log.peek()?.index.v === v && this.log.peek()?.index.run === run) return;
    batch(() => {
      this.log.value = { index, client: new TrainingClient(client, { run, v }) };
      this.problem.value = "";
    });
  }

  /** As `put`, of the other run. */
  putOther(client: Client, index: TrainingIndex): void {
    const { run, v } = index;
    if (this.otherLog.peek()?.index.v === v && this.otherLog.peek()?.index.run === run) return;
    this.otherLog.value = { index, client: new TrainingClient(client, { run, v }) };
    this.otherProblem.value = "";
  }

  /**
   * An answer about a log.
   *
   * @param question names what is asked, apart from the log.
   */
  ask<T>(
    log: Log,
    question: string,
    ask: (client: TrainingClient, signal: AbortSignal) => Promise<T>,
  ): ReadonlySignal<Answer<T>> {
    const { run, v } = log.index;
    return this.resources.get(JSON.stringify([run, v, question]), (signal) => ask(log.client, signal));
  }

  /** Calls back whenever classes and layers are numbered anew, with the log there. */
  onSubject(changed: () => void): void {
    let before: string | null = null;
    effect(() => {
      const subject = this.subject.value;
      if (this.log.value === null || subject === before) return;
      if (before !== null) untracked(changed);
      before = subject;
    });
  }

  /** Goes to a time; maps go to the nearest that they have. */
  goTo(time: number): void {
    batch(() => {
      this.store.seek(time);
      cursor(this.store).value = { time, maps: this.store.view.time.peek() };
    });
  }

  /** Pins a time, or takes the pin away that is within `reach` of it. */
  togglePin(time: number, reach = 0): void {
    const pins = this.pins.peek();
    const kept = pins.filter((pin) => Math.abs(pin - time) > reach);
    this.pins.value = kept.length < pins.length ? kept : [...pins, time].slice(-MOST_PINS);
  }

  /** Zooms by a factor (below 1: in) around a time; beyond the whole clock there is nothing. */
  zoom(factor: number, around: number): void {
    const { from, to } = this.window.peek();
    this.show(around + (from - around) * factor, around + (to - around) * factor);
  }

  /** Shows a piece of the clock. */
  show(from: number, to: number): void {
    const whole = this.whole.peek();
    const span = Math.max(to - from, (whole.to - whole.from) / 10_000);
    if (span >= whole.to - whole.from) {
      this.zoomed.value = null;
      return;
    }
    const start = Math.min(Math.max(from, whole.from), whole.to - span);
    this.zoomed.value = { from: start, to: start + span };
  }
}

const trainingOf = new WeakMap<Store, Training>();

/** The training log over a store; the same object everywhere. */
export function training(store: Store): Training {
  let one = trainingOf.get(store);
  if (one === undefined) {
    one = new Training(store);
    trainingOf.set(store, one);
  }
  return one;
}
