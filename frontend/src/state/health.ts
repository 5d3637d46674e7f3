/**
 * Why this file: what the tab Health draws: measures of layers, classes and tasks over the snapshots.
 *
 * `health(store)` gives the one object of a store: `alerts`, `tasks`, `unseen`, `focusAlert` (from `alerts.ts`), `layers`
 * (whose health is known, the whole network "" last), and `series(layer)`, `classSeries(layer)`, `taskRows(task)`, which ask
 * for what is not here yet. Of each question the newest answer is kept, and the one before until that is here: while the run
 * grows every snapshot makes another. `useAnswer(health.series(layer), layer)` shows the one before. Loaded with the tab.
 */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Client } from "../data/client";
import { askClassHealth, askHealth, askTaskRows, type HealthAddress } from "../data/health_client";
import type { AlertInfo, ClassHealth, HealthSeries, TaskInfo } from "../data/health_types";
import { alerts } from "./alerts";
import { type Answer, Resources } from "./resource";
import type { Store } from "./store";

export class Health {
  readonly alerts: ReadonlySignal<readonly AlertInfo[]>;
  readonly tasks: ReadonlySignal<readonly TaskInfo[]>;
  readonly unseen: ReadonlySignal<readonly AlertInfo[]>;
  readonly focusAlert: ReadonlySignal<AlertInfo | null>;
  /** Layers in the order of the index, then "" for the whole network; those with measures only. */
  readonly layers: ReadonlySignal<readonly string[]>;
  /** Bounded by what may be asked of one run, a question having two answers at most. */
  private readonly resources = new Resources(Number.POSITIVE_INFINITY);
  /** Keys of the answers to each question, the newest last. */
  private keys = new Map<string, string[]>();
  private run = "";

  private readonly client: ReadonlySignal<Client | null>;

  constructor(private readonly store: Store) {
    const state = alerts(store);
    this.client = store.data.client;
    this.alerts = state.all;
    this.tasks = state.tasks;
    this.unseen = state.unseen;
    this.focusAlert = state.focusAlert;
    this.layers = computed(() => {
      const index = store.data.index.value;
      const measured = index?.health ?? {};
      return [...(index?.layers ?? []).map(({ name }) => name), ""].filter((name) => name in measured);
    });
  }

  /** Every measure of a layer ("": of the whole network); `null`: there is none. Read it while rendering or in `computed`. */
  series(layer: string): ReadonlySignal<Answer<HealthSeries>> | null {
    return this.ask("health", layer, askHealth);
  }

  /** The measures of a layer's classes; `null`: there is none. */
  classSeries(layer: string): ReadonlySignal<Answer<ClassHealth>> | null {
    return this.ask("health_classes", layer, askClassHealth);
  }

  /** Rows of the samples of a task; `null`: there is no such task. */
  taskRows(name: string): ReadonlySignal<Answer<Int32Array>> | null {
    const client = this.client.value;
    const run = this.store.data.index.value?.run;
    const version = this.tasks.value.find((task) => task.name === name)?.version;
    if (client === null || run === undefined || version === undefined) return null;
    // Pages that are files leave them out; they will not come.
    if (!client.answers("task")) return null;
    return this.newest(run, `task ${name}`, version, (signal) => askTaskRows(client, run, version, signal));
  }

  private ask<T>(
    route: string,
    layer: string,
    ask: (client: Client, where: HealthAddress, signal: AbortSignal) => Promise<T>,
  ): ReadonlySignal<Answer<T>> | null {
    const client = this.client.value;
    const index = this.store.data.index.value;
    const v = index?.health?.[layer]?.version;
    if (client === null || index === null || v === undefined) return null;
    const where = { run: index.run, layer, v };
    return this.newest(index.run, `${route} ${layer}`, v, (signal) => ask(client, where, signal));
  }

  /** The answer to a question as of a version; older ones go when it is here, and all of them with the run. */
  private newest<T>(
    run: string,
    question: string,
    version: string,
    ask: (signal: AbortSignal) => Promise<T>,
  ): ReadonlySignal<Answer<T>> {
    if (run !== this.run) {
      for (const key of [...this.keys.values()].flat()) this.resources.drop(key);
      this.keys.clear();
      this.run = run;
    }
    const keys = this.keys.get(question) ?? [];
    this.keys.set(question, keys);
    const key = JSON.stringify([run, question, version]);
    if (!keys.includes(key)) {
      keys.push(key);
      for (const old of keys.splice(0, keys.length - 2)) this.resources.drop(old);
    }
    return this.resources.get(key, async (signal) => {
      const value = await ask(signal);
      for (const old of keys.splice(0, Math.max(0, keys.indexOf(key)))) this.resources.drop(old);
      return value;
    });
  }
}

const healthOf = new WeakMap<Store, Health>();

/** The health of a store's run; the same object everywhere. */
export function health(store: Store): Health {
  let one = healthOf.get(store);
  if (one === undefined) {
    one = new Health(store);
    healthOf.set(store, one);
  }
  return one;
}
