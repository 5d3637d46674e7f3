/** Why this file: the tab and an exported page show the same view, and differ in where data and keys come from. */
import { effect } from "@preact/signals";
import { h, render } from "preact";
import { watchOpen, watchReducedMotion, watchTheme, watchVisibility } from "./bridge/tensorboard";
import { showCount } from "./bridge/title";
import { alerts } from "./state/alerts";
import { Store } from "./state/store";
import { adoptStyles } from "./ui/adopt_styles";
import { App } from "./views/app";
import { STYLES } from "./views/styles";

/**
 * Builds the view in the document's body, in the theme and for the visibility that the document has.
 *
 * @param shown called whenever the document comes into view.
 * @returns the store that a session has still to fill.
 */
export function mount(shown: () => void = () => undefined): Store {
  adoptStyles(STYLES);
  const store = new Store();
  watchReducedMotion((reduced) => {
    store.transient.reducedMotion.value = reduced;
  });
  watchTheme((dark) => {
    store.transient.dark.value = dark;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  });
  watchVisibility((visible) => {
    store.transient.visible.value = visible;
    if (visible) shown();
  });
  watchOpen((open) => {
    store.transient.open.value = open;
  });
  effect(() => showCount(store.transient.open.value ? alerts(store).unseen.value.length : 0));
  window.addEventListener("pagehide", () => showCount(0));
  const root = document.createElement("div");
  root.className = "root";
  document.body.append(root);
  render(h(App, { store }), root);
  return store;
}
