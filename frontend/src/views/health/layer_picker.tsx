/** Why this file: which layers the charts draw, and which one is looked at in detail; also their key of colours. */
import type { JSX } from "preact";
import { healthView } from "../../state/health_view";
import { useStore } from "../store_context";

export function LayerPicker({ colours }: { colours: ReadonlyMap<string, string> }): JSX.Element {
  const view = healthView(useStore());
  const layers = view.layers.value;
  return (
    <div class="health-picker" role="toolbar" aria-label="Layers in the charts">
      <span class="section-title">Layers</span>
      {layers.map((layer) => {
        const drawn = colours.has(layer);
        return (
          <button
            key={layer}
            type="button"
            class="pill health-layer"
            aria-pressed={drawn}
            title={drawn ? `No longer draw ${layer}` : `Draw ${layer}, too`}
            onClick={() => view.toggle(layer)}
          >
            <i
              class="health-swatch"
              style={{ background: colours.get(layer) ?? "var(--line)" }}
              aria-hidden="true"
            />
            {layer}
          </button>
        );
      })}
      <span class="health-network">
        <i class="health-swatch" style={{ background: "var(--text)" }} aria-hidden="true" /> network
      </span>
      {layers.length > colours.size && (
        <button
          type="button"
          class="text-button"
          onClick={() => {
            view.wish.value = new Set(layers);
          }}
        >
          draw all {layers.length}
        </button>
      )}
      {layers.length > 1 && (
        <label class="health-detail-choice">
          in detail
          <select
            class="field"
            value={view.detail.value}
            onChange={(event) => {
              view.detailWish.value = event.currentTarget.value;
            }}
          >
            {layers.map((layer) => (
              <option key={layer}>{layer}</option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}
