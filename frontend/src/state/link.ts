/** Why this file: keeps the page's link up to date with the view, so that copying the address copies what one sees. */
import { effect } from "@preact/signals";
import { comparison } from "./compare";
import { defaultLayer, defaultMethod } from "./defaults";
import type { Selection } from "./selection";
import { encodeSelection } from "./selection_code";
import type { Store } from "./store";
import { formatLink, type HashAccess, type Link, WRITE_DELAY_MS } from "./url";

/** What of the view differs from how the run would open by itself. */
function currentLink(store: Store): Omit<Link, "selection"> {
  const { view, data, derived, explore, colouring } = store;
  const index = data.index.value;
  const layer = derived.layerIndex.value;
  const run = view.run.value;
  const method = view.method.value;
  const camera = view.camera.value;
  const time = view.time.value;
  const query = explore.text.value.trim();
  const compare = comparison(store);
  const tab = view.tab.value;
  return {
    ...(tab !== "space" && { tab }),
    ...((data.runs.value?.runs.length ?? 0) > 1 && { run }),
    ...(index !== null && layer !== null && layer !== defaultLayer(index) && { layer: layer.name }),
    ...(layer !== null && method !== defaultMethod(layer) && { method }),
    ...(!view.follow.value && derived.steps.value.length > 0 && { epoch: time }),
    ...(camera !== null && { camera }),
    hide: view.hiddenClasses.value,
    ...(view.markLies.value && { lies: true as const }),
    colour: colouring.by.value,
    size: colouring.size.value,
    ...(query !== "" && { query }),
    ...(explore.filtering.value && { filter: true as const }),
    panels: compare.code(),
    ...(compare.asDrawn.value && { drawn: true as const }),
    ...(compare.difference.value && { difference: true as const }),
  };
}

/** Starts; the returned function stops it. */
export function syncLink(store: Store, hash: HashAccess): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Not computed again as time moves, and not before the picture: of many samples it takes milliseconds.
  let coded: { readonly of: Selection | null; readonly code: string } = { of: null, code: "" };
  const codeOf = (of: Selection | null) => {
    if (of !== coded.of) coded = { of, code: of === null ? "" : encodeSelection(of) };
    return coded.code;
  };
  const stop = effect(() => {
    const link = currentLink(store);
    const [asked, picked] = [store.explore.linked.value, store.explore.selection.value];
    // Until a run is open, what the page was opened with is not known to be wrong.
    if (store.data.index.value === null) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const before = hash.read();
      // A selection that the link asks for stays in it until it is known what it means.
      const after = formatLink({ ...link, selection: asked || codeOf(picked) }, before);
      if (after !== before) hash.write(after);
    }, WRITE_DELAY_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
