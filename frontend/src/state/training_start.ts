/** Why this file: the training log is asked for, and its code fetched, when somebody first opens one of its tabs. */
import { effect } from "@preact/signals";
import type { Client } from "../data/client";
import type { Store } from "./store";

/** Starts; the returned function stops it. */
export function startTraining(store: Store, client: Client): () => void {
  let stopped = false;
  let stopSync = () => {};
  let begun = false;
  const stop = effect(() => {
    const tab = store.view.tab.value;
    // The map and the health of layers come from the snapshots alone.
    if (begun || tab === "space" || tab === "health") return;
    begun = true;
    import("./training_sync").then(
      ({ syncTraining }) => {
        if (!stopped) stopSync = syncTraining(store, client);
      },
      (error: unknown) => console.error(error),
    );
  });
  return () => {
    stopped = true;
    stop();
    stopSync();
  };
}
