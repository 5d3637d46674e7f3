/** Why this file: from a class or a layer of the cube to all that is known of it, in its own tab. */
import { batch } from "@preact/signals";
import { classesView } from "../../state/classes";
import { layers } from "../../state/layers";
import type { Store } from "../../state/store";
import { training } from "../../state/training";

/** Opens the tab Classes with a class open to its samples. */
export function openClass(store: Store, index: number): void {
  batch(() => {
    classesView(store).reveal(index);
    leave(store);
    store.view.tab.value = "classes";
  });
}

/** Opens the tab Layers at a layer. */
export function openLayer(store: Store, layer: number): void {
  batch(() => {
    layers(store).reveal(layer);
    leave(store);
    store.view.tab.value = "layers";
  });
}

/** What is gone from under the pointer is pointed at no more, and nothing else would say so. */
function leave(store: Store): void {
  const { hoverClass, hoverLayer } = training(store);
  hoverClass.value = -1;
  hoverLayer.value = -1;
}
