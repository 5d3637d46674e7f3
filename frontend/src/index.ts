/** What TensorBoard calls: it imports this module into an empty frame and runs `render`. */
import { connectHost } from "./bridge/host";
import { addressBar, reachableParent } from "./bridge/tensorboard";
import { mount } from "./mount";
import { startSession } from "./state/session";

/** Builds the tab in the frame's body and starts it. */
export function render(): void {
  document.title = "HIDDEN";
  document.documentElement.lang = "en";
  // Whoever opened the tab means its keys: without this they would go to TensorBoard until the first click.
  const store = mount(() => window.focus());
  store.explore.searcher.useWorker(
    () =>
      new Worker(new URL("./worker/search.worker.ts", import.meta.url), { type: "module", name: "hidden" }),
  );
  const parent = reachableParent();
  if (parent !== null && parent !== window) {
    const disconnect = connectHost(parent, () => store.reload());
    window.addEventListener("pagehide", disconnect);
  }
  startSession(store, addressBar());
}
