/** Why this file: growing a selection asks the server for neighbours in the layer itself, which the map may have torn apart. */
import { effect } from "@preact/signals";
import { type Client, MOST_DETAILS, RequestError } from "../data/client";
import { maskRows } from "./selection";
import type { Store } from "./store";

/** A larger selection would keep the server busy for long: its neighbours are computed exactly. */
const MOST_GROWN = 4 * MOST_DETAILS;

/** Starts; the returned function stops it. */
export function startGrower(store: Store, client: Client): () => void {
  const { explore, view, derived } = store;
  let controller = new AbortController();
  let done = explore.growths.peek();

  async function grow(): Promise<void> {
    const mask = explore.selectedMask.peek();
    const selection = explore.selection.peek();
    const name = explore.snapshots.names.peek()[derived.nearestFrame.peek()];
    if (mask === null) return;
    const rows = [...maskRows(mask)];
    if (rows.length > MOST_GROWN || name == null) {
      explore.notice.value =
        name == null
          ? "This run's server does not know the neighbours of its samples."
          : `Neighbours can be taken in of up to ${MOST_GROWN.toLocaleString("en-US")} samples: select fewer.`;
      return;
    }
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    explore.growing.value = true;
    explore.notice.value = "";
    try {
      const address = { run: view.run.peek(), layer: view.layer.peek(), ...name };
      const neighbours: number[] = [];
      for (let at = 0; at < rows.length; at += MOST_DETAILS) {
        const details = await client.details(address, rows.slice(at, at + MOST_DETAILS), signal);
        neighbours.push(...details.neighbours.flat());
      }
      // Whoever selects something else meanwhile does not want it to grow.
      if (explore.selection.peek() === selection) explore.selectRows(neighbours, "add");
    } catch (error) {
      if (signal.aborted) return;
      const why = error instanceof RequestError ? error.message : String(error);
      explore.notice.value = `The neighbours could not be had. ${why}`;
    } finally {
      if (controller.signal === signal) explore.growing.value = false;
    }
  }

  const stop = effect(() => {
    const asked = explore.growths.value;
    if (asked === done) return;
    done = asked;
    void grow();
  });
  return () => {
    stop();
    controller.abort();
  };
}
