/** Why this file: keeps the training log's index as new as the run's own while one of its tabs is open. */
import { effect } from "@preact/signals";
import { type Client, RequestError } from "../data/client";
import { TrainingClient } from "../data/training_client";
import type { Store } from "./store";
import { type Training, training } from "./training";

/** Starts; the returned function stops it. */
export function syncTraining(store: Store, client: Client): () => void {
  const log = training(store);
  const stops = [
    follow(
      store,
      client,
      () => store.view.run.value,
      (index) => log.put(client, index),
      () => {
        log.log.value = null;
        log.problem.value = "";
      },
      // What was there stays: a server that is away for a moment takes nothing away.
      (message) => {
        if (log.log.peek() === null) log.problem.value = message;
      },
    ),
    followOther(store, client, log),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function followOther(store: Store, client: Client, log: Training): () => void {
  return follow(
    store,
    client,
    () => log.otherRun.value,
    (index) => log.putOther(client, index),
    () => {
      log.otherLog.value = null;
      log.otherProblem.value = "";
    },
    (message) => {
      if (log.otherLog.peek() === null) log.otherProblem.value = message;
    },
  );
}

/** Asks whenever the run, or what is known of the open one, changes. */
function follow(
  store: Store,
  client: Client,
  runNow: () => string,
  arrived: (index: Awaited<ReturnType<typeof TrainingClient.index>>) => void,
  left: () => void,
  failed: (message: string) => void,
): () => void {
  let asked: AbortController | undefined;
  let runBefore = "";
  const stop = effect(() => {
    const run = runNow();
    const open = store.view.tab.value !== "space" && store.view.tab.value !== "health";
    // Raised by every poll that brought news.
    void store.data.index.value?.updated;
    void store.transient.reloads.value;
    asked?.abort();
    if (run !== runBefore) left();
    runBefore = run;
    if (run === "" || !open) return;
    const controller = new AbortController();
    asked = controller;
    TrainingClient.index(client, run, controller.signal).then(
      (index) => {
        if (!controller.signal.aborted) arrived(index);
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        if (!(error instanceof RequestError)) console.error(error);
        failed(error instanceof Error ? error.message : String(error));
      },
    );
  });
  return () => {
    stop();
    asked?.abort();
  };
}
