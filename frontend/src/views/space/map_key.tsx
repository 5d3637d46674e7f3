/** What the marks on the map mean, as small as a map's key is. */
import type { JSX } from "preact";
import { UNKNOWN_CLASS } from "../../data/types";
import type { Store } from "../../state/store";
import { count } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { mistakes } from "../rail/class_stats";
import { useClassStats } from "../rail/use_class_stats";
import { useStore } from "../store_context";
import { ColourKey, SizeKey } from "./column_keys";
import { LandscapeKey } from "./landscape_key";
import { liesNow } from "./lies_now";

/** Where the colours of the samples come from. "own": a column. */
type Colouring = "label" | "prediction" | "own" | "none";

const SAMPLE_WORDS: Readonly<Record<Exclude<Colouring, "own">, string>> = {
  label: "sample, coloured by label",
  prediction: "sample, coloured by prediction",
  none: "sample; neither labels nor predictions were logged",
};

/** By label where there are labels, else by prediction, as the points are drawn. */
function colouring(store: Store): Colouring {
  const { derived, data } = store;
  if (store.colouring.legend.value !== null) return "own";
  if (derived.classCounts.value.some((samples) => samples > 0)) return "label";
  // Reading it subscribes to it: the frame may come later.
  void data.buffered.value;
  const prediction = store.frameAt(derived.nearestFrame.value)?.prediction;
  return prediction?.some((c) => c !== UNKNOWN_CLASS) ? "prediction" : "none";
}

/** The key, lower left on the map. */
export function MapKey(): JSX.Element {
  const store = useStore();
  const { judged, wrong } = mistakes(useClassStats().value, store.view.hiddenClasses.value);
  const lies = useDerived(() => liesNow(store), [store]).value;
  const colours = colouring(store);
  return (
    <ul class="map-key" aria-label="Key of the map">
      {colours === "own" ? (
        <ColourKey />
      ) : (
        <li>
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            <circle cx="6" cy="6" r="3.2" class="key-dot" />
          </svg>
          {SAMPLE_WORDS[colours]}
        </li>
      )}
      <SizeKey />
      {judged > 0 && colours !== "own" && (
        <li>
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
            <circle cx="7" cy="7" r="2.6" class="key-dot" />
            <circle cx="7" cy="7" r="5.2" class="key-ring" />
          </svg>
          <span class="numeric">
            wrong ({count(wrong)} of {count(judged)}), ring: prediction
          </span>
        </li>
      )}
      {lies !== null && (
        <li>
          <button
            type="button"
            class="key-switch"
            aria-pressed={store.view.markLies.value}
            title="Mark them on the map (L)"
            onClick={() => {
              store.view.markLies.value = !store.view.markLies.peek();
            }}
          >
            <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
              <circle cx="6" cy="6" r="3.6" class="key-hollow" />
            </svg>
            <span class="numeric">
              {store.view.markLies.value ? "hollow: " : "mark what is "}
              drawn among strangers ({count(lies.lies)} of {count(lies.of)})
            </span>
          </button>
        </li>
      )}
      <LandscapeKey />
    </ul>
  );
}
