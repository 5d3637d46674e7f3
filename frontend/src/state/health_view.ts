/**
 * Why this file: what the tab Health shows of what was measured: which layers, over which part of the clock, and the answers
 * of the server brought together, so that every chart draws from the same.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { ClassHealth, HealthSeries } from "../data/health_types";
import { type Health, health } from "./health";
import type { Answer } from "./resource";
import type { Store } from "./store";
import { type Training, training, type Window } from "./training";

/** Layer of what is measured of the whole network. */
export const NETWORK = "";
/** Layers that are drawn at first, at most: more lines than these cannot be told apart. */
const MOST_AT_FIRST = 6;

/** By which column classes are ordered; the worst come first. */
export type ClassOrder = "separation" | "agreement" | "accuracy" | "name";

/** A change of the run's conditions. */
export interface Change {
  readonly kind: "rate" | "task";
  readonly time: number;
  readonly words: string;
}

export class HealthView {
  /** Names of layers; `null`: nobody chose. */
  readonly wish = signal<ReadonlySet<string> | null>(null);
  /** Layer in detail; `null`: that of the map. */
  readonly detailWish = signal<string | null>(null);
  readonly order = signal<ClassOrder>("separation");
  readonly allClasses = signal(false);

  /** Layers that have measures, without the whole network. */
  readonly layers: ReadonlySignal<readonly string[]>;
  /** Those of them that are drawn. */
  readonly shown: ReadonlySignal<readonly string[]>;
  /** The layer whose classes and path are shown; "" without any. */
  readonly detail: ReadonlySignal<string>;
  /** What is known of each layer, "" being the network; what is on its way is as it was before. */
  readonly series: ReadonlySignal<ReadonlyMap<string, HealthSeries>>;
  /** Why something could not be had; "". */
  readonly problem: ReadonlySignal<string>;
  readonly classSeries: ReadonlySignal<ClassHealth | null>;
  /** Of the whole network: the accuracy of each class. */
  readonly classOutcomes: ReadonlySignal<ClassHealth | null>;
  /** What is shown of the clock: the tabs of the training log zoom into the same. */
  readonly window: ReadonlySignal<Window>;
  /** Changes of the learning rate and of the task, ascending. */
  readonly changes: ReadonlySignal<readonly Change[]>;
  readonly clock: Training;
  private readonly health: Health;

  constructor(readonly store: Store) {
    this.health = health(store);
    this.clock = training(store);
    const { layers } = this.health;
    this.layers = computed(() => layers.value.filter((name) => name !== NETWORK));
    this.shown = computed(() => {
      const [all, wish] = [this.layers.value, this.wish.value];
      if (wish !== null) return all.filter((name) => wish.has(name));
      // The last ones are those that the classifier sees.
      return all.slice(-MOST_AT_FIRST);
    });
    this.detail = computed(() => {
      const all = this.layers.value;
      const wished = this.detailWish.value ?? store.view.layer.value;
      return all.includes(wished) ? wished : (all.at(-1) ?? "");
    });
    const all = this.gather(
      () => layers.value,
      (layer) => this.health.series(layer),
    );
    this.series = computed(() => all.value.found);
    this.problem = computed(() => all.value.problem);
    const classes = this.gather(
      () => [this.detail.value],
      (layer) => this.health.classSeries(layer),
    );
    this.classSeries = computed(() => classes.value.found.get(this.detail.value) ?? null);
    const outcomes = this.gather(
      () => (layers.value.includes(NETWORK) ? [NETWORK] : []),
      (layer) => this.health.classSeries(layer),
    );
    this.classOutcomes = computed(() => outcomes.value.found.get(NETWORK) ?? null);
    this.window = computed(() => this.clock.zoomed.value ?? this.whole());
    this.changes = computed(() => this.findChanges());
    this.forgetWishes();
  }

  /** Another run has other layers; whoever goes to another layer, or to an alert of one, wants to see that one. */
  private forgetWishes(): void {
    const { view } = this.store;
    let before = { run: view.run.peek(), layer: view.layer.peek(), alert: "" };
    effect(() => {
      const alert = this.health.focusAlert.value;
      const now = { run: view.run.value, layer: view.layer.value, alert: alert?.version ?? "" };
      if (now.run !== before.run) this.wish.value = null;
      const pointed = now.alert !== before.alert && alert !== null && alert.layer !== NETWORK;
      if (now.run !== before.run || now.layer !== before.layer || pointed) this.detailWish.value = null;
      before = now;
    });
  }

  /** Draws a layer, or no longer. The last one stays: without any there is nothing to look at. */
  toggle(layer: string): void {
    const wish = new Set(this.shown.peek());
    if (!wish.delete(layer)) wish.add(layer);
    if (wish.size > 0) this.wish.value = wish;
  }

  /** Answers to one question about several layers; while a newer one is on its way, the one before. */
  private gather<T>(
    layers: () => readonly string[],
    ask: (layer: string) => ReadonlySignal<Answer<T>> | null,
  ): ReadonlySignal<{ readonly found: ReadonlyMap<string, T>; readonly problem: string }> {
    let held: { readonly run: string | undefined; readonly found: ReadonlyMap<string, T> } | null = null;
    return computed(() => {
      const run = this.store.data.index.value?.run;
      const found = new Map<string, T>();
      let problem = "";
      for (const layer of layers()) {
        const answer = ask(layer)?.value;
        const before = held?.run === run ? held?.found.get(layer) : undefined;
        if (answer?.kind === "ready") found.set(layer, answer.value);
        else if (before !== undefined) found.set(layer, before);
        if (answer?.kind === "failed") problem = answer.message;
      }
      held = { run, found };
      return { found, problem };
    });
  }

  private whole(): Window {
    const { derived } = this.store;
    const ends = [...this.series.value.values()].flatMap(({ steps }) => [steps[0], steps.at(-1)]);
    const all = [...ends, derived.allSteps.value[0], derived.allSteps.value.at(-1)];
    if (this.clock.log.value !== null) all.push(this.clock.whole.value.from, this.clock.whole.value.to);
    const known = all.filter((step) => step !== undefined);
    if (known.length === 0) return { from: 0, to: 1 };
    const [from, to] = [Math.min(...known), Math.max(...known)];
    return to > from ? { from, to } : { from: from - 0.5, to: to + 0.5 };
  }

  private findChanges(): Change[] {
    const unit = this.store.derived.unit.value;
    const tasks = this.health.tasks.value.flatMap(({ name, step }, i): Change[] =>
      step === null || i === 0
        ? []
        : [{ kind: "task", time: step, words: `task '${name}' begins, ${unit} ${step}` }],
    );
    const series = this.series.value.get(NETWORK) ?? [...this.series.value.values()][0];
    return [...tasks, ...(series === undefined ? [] : rateChanges(series, unit))].sort(
      (p, q) => p.time - q.time,
    );
  }
}

/** A factor by which the rate changes from one snapshot to the next to be a switch; schedules that glide change by less. */
const JUMP = 1.5;
/** More switches than these are a schedule, of which lines say nothing. */
const MOST_JUMPS = 12;

/** Where the learning rate jumps. */
function rateChanges({ steps, rates }: HealthSeries, unit: string): Change[] {
  const changes: Change[] = [];
  for (let t = 1; t < steps.length; t++) {
    const [before, now] = [rates[t - 1] as number, rates[t] as number];
    if (Number.isNaN(before) || Number.isNaN(now) || before === now) continue;
    const factor = Math.max(before, now) / Math.min(before, now);
    if (factor < JUMP) continue;
    const words = `learning rate ${short(before)} to ${short(now)}, ${unit} ${steps[t]}`;
    changes.push({ kind: "rate", time: steps[t] as number, words });
  }
  return changes.length > MOST_JUMPS ? [] : changes;
}

function short(rate: number): string {
  return String(Number(rate.toPrecision(2)));
}

const viewOf = new WeakMap<Store, HealthView>();

/** The view of a store's health; the same object everywhere. */
export function healthView(store: Store): HealthView {
  let one = viewOf.get(store);
  if (one === undefined) {
    one = new HealthView(store);
    viewOf.set(store, one);
  }
  return one;
}
