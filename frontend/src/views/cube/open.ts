/** Why this file: from a class or a layer of the cube to all that is known of it, in its own tab. */
import { batch } from "@preact/signals";
import { classesView } from "../../state/classes";
import { layers } from "../../state/layers";
import type { Store } from "../../state/store";

/** Opens the tab Classes with a class open to its samples. */
export function openClass(store: Store, index: number): void {
  batch(() => {
    classesView(store).reveal(index);
    store.view.tab.value = "classes";
  });
}

/** Opens the tab Layers at a layer. */
export function openLayer(store: Store, layer: number): void {
  batch(() => {
    layers(store).reveal(layer);
    store.view.tab.value = "layers";
  });
}
