/**
 * Why this file: the run's alerts and tasks, which of the alerts nobody has looked at yet, and going to where one happened.
 *
 * `alerts(store)` gives the one object of a store: `all` (by step, then the worst first), `tasks`, `unseen`, `focus` (the
 * alert that lists point out) and `visit`. It is part of the first bundle, so it knows no view and asks no server.
 */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { type AlertInfo, SEVERITIES, type Severity, type TaskInfo } from "../data/health_types";
import type { RunIndex } from "../data/types";
import { cursor } from "./cursor";
import type { Store } from "./store";

const NO_ALERTS: readonly AlertInfo[] = [];
const NO_TASKS: readonly TaskInfo[] = [];

/** How bad: the larger, the worse. */
export function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** The worst of some alerts; `null` without any. */
export function worst(alerts: readonly AlertInfo[]): Severity | null {
  const rank = Math.max(-1, ...alerts.map(({ severity }) => rankOf(severity)));
  return SEVERITIES[rank] ?? null;
}

export class Alerts {
  /** By step, ascending, then the worst first; the same list until there are others. */
  readonly all: ReadonlySignal<readonly AlertInfo[]>;
  /** In the order in which they are learned; the same list until there are others. */
  readonly tasks: ReadonlySignal<readonly TaskInfo[]>;
  /** Whether the run's log can hold alerts at all: logs of older versions, and runs with alerts off, have no measures. */
  readonly watched: ReadonlySignal<boolean>;
  /** Versions of alerts that were looked at, of the run that is open. */
  readonly seen = signal<ReadonlySet<string>>(new Set());
  readonly unseen: ReadonlySignal<readonly AlertInfo[]>;
  /** Version of the alert that is pointed out; "" for none. */
  readonly focus = signal("");
  readonly focusAlert: ReadonlySignal<AlertInfo | null>;
  /** The short list above the map is open. */
  readonly listOpen = signal(false);
  /** A step somebody went to that has no map yet, and the time that is shown in its place. */
  private readonly goal = signal<{ readonly step: number; readonly shown: number } | null>(null);

  constructor(private readonly store: Store) {
    const { index } = store.data;
    this.all = held(() => index.value?.alerts ?? NO_ALERTS, index);
    this.tasks = held(() => index.value?.tasks ?? NO_TASKS, index);
    this.watched = computed(() => Object.keys(index.value?.health ?? {}).length > 0);
    this.unseen = computed(() => this.all.value.filter(({ version }) => !this.seen.value.has(version)));
    this.focusAlert = computed(
      () => this.all.value.find(({ version }) => version === this.focus.value) ?? null,
    );
  }

  /** The alerts of these versions count as looked at. */
  markSeen(versions: readonly string[]): void {
    const before = this.seen.peek();
    if (versions.every((version) => before.has(version))) return;
    this.seen.value = new Set([...before, ...versions]);
  }

  /** Goes to where an alert happened: its step, its layer, its samples. The tab that is open stays open. */
  visit(alert: AlertInfo): void {
    const { store } = this;
    batch(() => {
      const { index, samples } = store.data;
      const known = index.peek()?.layers.some(({ name }) => name === alert.layer) ?? false;
      if (known && store.view.layer.peek() !== alert.layer) store.selectLayer(alert.layer);
      store.view.playing.value = false;
      store.seek(alert.step);
      const shown = store.view.time.peek();
      // Charts know every step that was measured, mapped or not.
      cursor(store).value = { time: alert.step, maps: shown };
      this.goal.value = shown === alert.step ? null : { step: alert.step, shown };
      const rows = alert.samples.length > 0 ? alert.samples : rowsOf(alert.classes, samples.peek()?.labels);
      if (rows.length > 0) {
        store.explore.selectRows(rows, "replace");
        store.inspect.focusOn(rows[0] as number);
        store.inspect.tab.value = "samples";
        store.inspect.wish.value = "auto";
      }
      this.focus.value = alert.version;
      this.markSeen([alert.version]);
    });
  }

  /** As `visit`, and shows it on the map. */
  show(alert: AlertInfo): void {
    batch(() => {
      this.store.view.tab.value = "space";
      this.visit(alert);
    });
  }

  /** Goes on to a step that was asked for, once it has a map, unless somebody moved meanwhile. Returns what stops it. */
  follow(): () => void {
    return effect(() => {
      const goal = this.goal.value;
      if (goal === null) return;
      const { steps } = this.store.derived;
      const place = cursor(this.store);
      // Somebody chose another time that the maps do not have either, or another run.
      if (place.value?.time !== goal.step) {
        this.goal.value = null;
        return;
      }
      const moved = this.store.view.time.value !== goal.shown;
      if (!moved && (steps.value.at(-1) ?? Number.NEGATIVE_INFINITY) < goal.step) return;
      batch(() => {
        // Whoever comes back to where the maps waited means that time, not the alert's.
        place.value = null;
        this.goal.value = null;
        if (!moved) this.store.seek(goal.step);
      });
    });
  }
}

/** Rows of the samples of some classes. */
function rowsOf(classes: readonly number[], labels: Int32Array | undefined): readonly number[] {
  if (labels === undefined || classes.length === 0) return [];
  return [...labels.keys()].filter((row) => classes.includes(labels[row] as number));
}

/** A list of the index that stays the same object while it says the same; every poll brings another index. */
function held<T extends { readonly version: string; readonly step: number | null }>(
  read: () => readonly T[],
  index: ReadonlySignal<RunIndex | null>,
): ReadonlySignal<readonly T[]> {
  let before: readonly T[] = [];
  let name = "";
  return computed(() => {
    const now = read();
    const said = [index.value?.run, ...now.flatMap(({ version, step }) => [version, step])].join(" ");
    if (said !== name) before = now;
    name = said;
    return before;
  });
}

const alertsOf = new WeakMap<Store, Alerts>();

/** The alerts of a store's run; the same object everywhere. */
export function alerts(store: Store): Alerts {
  let one = alertsOf.get(store);
  if (one === undefined) {
    one = new Alerts(store);
    alertsOf.set(store, one);
  }
  return one;
}
