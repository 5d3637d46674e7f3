/**
 * Why this file: what alerts do while the tab is open, seen or not: which ones were looked at outlives a reload of the page,
 * and a step that somebody went to before it had a map is shown once it has one.
 */
import { effect } from "@preact/signals";
import { alerts } from "./alerts";
import { cursor } from "./cursor";
import type { Store } from "./store";

const KEY = "tensorboard-hidden.seen-alerts.1:";

/** Starts; the returned function stops it. */
export function startAlerts(store: Store): () => void {
  const state = alerts(store);
  let run: string | null = null;
  const stops = [
    effect(() => {
      const now = store.view.run.value;
      if (now === run) return;
      run = now;
      state.seen.value = remembered(now);
      state.focus.value = "";
      state.listOpen.value = false;
      cursor(store).value = null;
    }),
    effect(() => {
      if (run !== null) remember(run, state.seen.value);
    }),
    state.follow(),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Pages of hosted viewers, and pages that are files, may have no storage: then a reload forgets. */
function remembered(run: string): ReadonlySet<string> {
  try {
    const said: unknown = JSON.parse(sessionStorage.getItem(KEY + run) ?? "[]");
    return new Set(Array.isArray(said) ? said.map(String) : []);
  } catch {
    return new Set();
  }
}

function remember(run: string, seen: ReadonlySet<string>): void {
  if (run === "" || seen.size === 0) return;
  try {
    sessionStorage.setItem(KEY + run, JSON.stringify([...seen]));
  } catch {
    // Forgetting is all that happens.
  }
}
