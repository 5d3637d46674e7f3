/** What TensorBoard calls: it imports this module into an empty frame and runs `render`. */
import { h, render as mount } from "preact";
import { connectHost } from "./bridge/host";
import {
  addressBar,
  prefersReducedMotion,
  reachableParent,
  watchTheme,
  watchVisibility,
} from "./bridge/tensorboard";
import { startSession } from "./state/session";
import { Store } from "./state/store";
import { adoptStyles } from "./ui/adopt_styles";
import { App } from "./views/app";
import { STYLES } from "./views/styles";

/** Builds the tab in the frame's body and starts it. */
export function render(): void {
  adoptStyles(STYLES);
  document.title = "HIDDEN";
  document.documentElement.lang = "en";

  const store = new Store();
  store.transient.reducedMotion.value = prefersReducedMotion();
  watchTheme((dark) => {
    store.transient.dark.value = dark;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  });
  watchVisibility((visible) => {
    store.transient.visible.value = visible;
    // Whoever opened the tab means its keys: without this they would go to TensorBoard until the first click.
    if (visible) window.focus();
  });
  const parent = reachableParent();
  if (parent !== null && parent !== window) {
    const disconnect = connectHost(parent, () => store.reload());
    window.addEventListener("pagehide", disconnect);
  }

  const root = document.createElement("div");
  root.className = "root";
  document.body.append(root);
  mount(h(App, { store }), root);
  startSession(store, addressBar());
}
