/** What a page that `hidden export --html` wrote runs: the same view as the tab's, of the one run that the page holds. */
import { h, render } from "preact";
import { addressBar, prefersReducedMotion, watchTheme, watchVisibility } from "./bridge/tensorboard";
import { embeddedClient } from "./data/embedded";
import { startSession } from "./state/session";
import { Store } from "./state/store";
import { App } from "./views/app";
import { STYLES } from "./views/styles";

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLES.join("\n"));
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

const store = new Store();
store.transient.reducedMotion.value = prefersReducedMotion();
watchTheme((dark) => {
  store.transient.dark.value = dark;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
});
watchVisibility((visible) => {
  store.transient.visible.value = visible;
});

const root = document.createElement("div");
root.className = "root";
document.body.append(root);
render(h(App, { store }), root);
startSession(store, addressBar(), embeddedClient());
