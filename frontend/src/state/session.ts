/** Why this file: starts everything that keeps the store filled while the tab is open, and stops it again. */
import { computed, effect, type ReadonlySignal } from "@preact/signals";
import { Client } from "../data/client";
import { startAlerts } from "./alert_watch";
import { startColouring } from "./colouring";
import { startCompare } from "./compare_loader";
import { startDetails } from "./details_fetcher";
import { startEventTracker } from "./event_tracker";
import { startGrower } from "./grower";
import { IndexSync } from "./index_sync";
import { syncLink } from "./link";
import { startLinkedSelection } from "./linked_selection";
import { startLoader } from "./loader";
import { startPlayer } from "./player";
import { Poller, UNSEEN_DELAY_MS } from "./poller";
import type { Store } from "./store";
import { startTaskColumn } from "./task_column";
import { startTraining } from "./training_start";
import { type HashAccess, parseLink } from "./url";

export type { HashAccess } from "./url";

/** Pace of the store's wall clock, which only ages are read from. */
const CLOCK_MS = 1_000;

/** Starts; the returned function stops everything. */
export function startSession(
  store: Store,
  hash: HashAccess,
  client: Client = new Client({ fetch: (url, init) => fetch(url, init), base: document.baseURI }),
): () => void {
  store.data.client.value = client;
  const sync = new IndexSync(store, client, parseLink(hash.read()));
  const poller = new Poller((signal) => sync.poll(signal));
  const tick = () => {
    store.data.now.value = Date.now();
  };
  tick();
  const running = computed(() => store.data.index.value?.closed === false);
  const clock = setInterval(tick, CLOCK_MS);
  const stops = [
    effect(() => {
      const { visible, open } = store.transient;
      if (visible.value) poller.resume();
      else if (open.value && running.value) poller.resume(UNSEEN_DELAY_MS);
      else poller.pause();
    }),
    onChange(store.view.run, () => poller.poke()),
    onChange(store.transient.reloads, () => {
      sync.expireRuns();
      poller.poke();
    }),
    startLoader(store, client),
    startPlayer(store),
    startCompare(store, client),
    startLinkedSelection(store),
    startGrower(store, client),
    startDetails(store, client),
    startEventTracker(store),
    startColouring(store),
    startTaskColumn(store, client),
    startTraining(store, client),
    startAlerts(store),
    syncLink(store, hash),
    () => poller.pause(),
    () => clearInterval(clock),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Calls back on every change, not at the start. */
function onChange<T>(source: ReadonlySignal<T>, changed: () => void): () => void {
  let first = true;
  return source.subscribe(() => {
    if (!first) changed();
    first = false;
  });
}
