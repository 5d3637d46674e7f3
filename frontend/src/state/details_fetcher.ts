/** Why this file: the neighbours and classes of the sample that is looked at are asked of the server when one rests on it. */
import { effect } from "@preact/signals";
import { type Client, RequestError } from "../data/client";
import type { SampleDetails } from "./inspect";
import type { Store } from "./store";

/** Whoever goes through samples with a key held down asks for the last one alone, in milliseconds. */
const REST_MS = 120;
/** Answers that are kept: a few hundred bytes each. */
const MOST_KEPT = 500;

/** Starts; the returned function stops it. */
export function startDetails(store: Store, client: Client): () => void {
  const { explore, inspect, view, data, derived } = store;
  const kept = new Map<string, SampleDetails>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let controller = new AbortController();

  async function fetchOf(row: number, key: string, step: number, version: string): Promise<void> {
    const { signal } = controller;
    try {
      const address = { run: view.run.peek(), layer: view.layer.peek(), step, version };
      const { k, neighbours, classes, probabilities } = await client.details(address, [row], signal);
      const details = {
        row,
        step,
        k,
        neighbours: neighbours[0] ?? [],
        classes: classes[0] ?? [],
        probabilities: probabilities[0] ?? [],
      };
      signal.throwIfAborted();
      const [oldest] = kept.keys();
      if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
      kept.set(key, details);
      inspect.details.value = details;
    } catch (error) {
      if (signal.aborted) return;
      inspect.details.value = null;
      inspect.noDetails.value = error instanceof RequestError ? error.message : String(error);
    }
  }

  const stopDetails = effect(() => {
    const row = inspect.focus.value;
    const name = explore.snapshots.names.value[derived.nearestFrame.value];
    const wanted = row >= 0 && inspect.open.value && inspect.tab.value === "samples" && !view.playing.value;
    clearTimeout(timer);
    controller.abort();
    controller = new AbortController();
    if (inspect.details.peek()?.row !== row) inspect.details.value = null;
    inspect.noDetails.value = "";
    if (!wanted || derived.nearestFrame.value < 0) return;
    if (name == null) {
      inspect.details.value = null;
      inspect.noDetails.value =
        "There is no snapshot of this epoch whose activations the server could be asked about.";
      return;
    }
    const key = `${name.key}\u0000${row}`;
    const known = kept.get(key);
    if (known !== undefined) inspect.details.value = known;
    else timer = setTimeout(() => void fetchOf(row, key, name.step, name.version), REST_MS);
  });
  const stopImages = effect(() => {
    const index = data.index.value;
    const probe = index?.probe;
    inspect.imageUrl.value =
      index == null || probe?.images !== true
        ? null
        : (row) => client.imageUrl(index.run, probe.version, row);
  });
  return () => {
    stopDetails();
    stopImages();
    clearTimeout(timer);
    controller.abort();
  };
}
