/** Which layer is looked at and, when several methods mapped it, by which method. */
import type { JSX } from "preact";
import type { LayerIndex } from "../../data/types";
import { useStore } from "../store_context";

/** How the way from a layer to the logits was stored, in a reader's words. */
const HEAD_WORDS: Readonly<Record<LayerIndex["head"], string>> = {
  linear: "linear head",
  program: "deep head",
  none: "no head",
};

/** Text of one choice: name, width, head; a layer of which only maps were logged has neither. */
function layerText(layer: LayerIndex): string {
  if (layer.width === null) return `${layer.name} · logged map`;
  return `${layer.name} · ${layer.width} · ${HEAD_WORDS[layer.head]}`;
}

/** The two pickers; the second only when there is a choice. */
export function LayerPicker(): JSX.Element | null {
  const store = useStore();
  const layers = store.data.index.value?.layers ?? [];
  const methods = Object.keys(store.derived.layerIndex.value?.frames ?? {});
  if (layers.length === 0) return null;
  return (
    <section class="rail-section">
      <h2 class="section-title">Layer</h2>
      <select
        class="field"
        aria-label="Layer"
        value={store.view.layer.value}
        onChange={(event) => store.selectLayer(event.currentTarget.value)}
      >
        {layers.map((layer) => (
          <option key={layer.name} value={layer.name}>
            {layerText(layer)}
          </option>
        ))}
      </select>
      {methods.length > 1 && (
        <fieldset class="method-switch" aria-label="Method that drew the map">
          <span class="muted">Map by</span>
          {methods.map((method) => (
            <button
              type="button"
              key={method}
              class="pill"
              aria-pressed={method === store.view.method.value}
              onClick={() => store.selectMethod(method)}
            >
              {method}
            </button>
          ))}
        </fieldset>
      )}
    </section>
  );
}
