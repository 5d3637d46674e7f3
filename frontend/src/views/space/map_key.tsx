/** What the marks on the map mean, as small as a map's key is. */
import type { JSX } from "preact";
import { type LandscapeKind, UNKNOWN_CLASS } from "../../data/types";
import { stageOptions } from "../../gl/stage_options";
import type { Store } from "../../state/store";
import { mapGradient } from "../../theme/colour_maps";
import { count } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { mistakes } from "../rail/class_stats";
import { useClassStats } from "../rail/use_class_stats";
import { useStore } from "../store_context";
import { liesNow } from "./lies_now";

/** Where the colours of the samples come from. */
type Colouring = "label" | "prediction" | "own" | "none";

const SAMPLE_WORDS: Readonly<Record<Colouring, string>> = {
  label: "sample, coloured by label",
  prediction: "sample, coloured by prediction",
  own: "sample, in a colour of its own",
  none: "sample; neither labels nor predictions were logged",
};

/** By label where there are labels, else by prediction, as the points are drawn. */
function colouring(store: Store): Colouring {
  const { derived, data } = store;
  const look = stageOptions(store).look.value;
  if (look !== null && look.colours !== "classes") return "own";
  if (derived.classCounts.value.some((samples) => samples > 0)) return "label";
  // Reading it subscribes to it: the frame may come later.
  void data.buffered.value;
  const prediction = store.frameAt(derived.nearestFrame.value)?.prediction;
  return prediction?.some((c) => c !== UNKNOWN_CLASS) ? "prediction" : "none";
}

/** What a click on the landscape's entry does. */
const LANDSCAPE_NEXT = {
  class: { next: "confidence", title: "Show how sure the model is" },
  confidence: { next: "off", title: "Show no landscape" },
  off: { next: "class", title: "Show what the model decides" },
} as const;

function landscapeWords(by: keyof typeof LANDSCAPE_NEXT, kind: LandscapeKind): string {
  if (by === "off") return "no landscape";
  if (by === "confidence") return "how sure the model is, from guessing to certain";
  return kind === "surrogate"
    ? "landscape: fitted stand-in for the model's head"
    : "the model's decision, pale where unsure or far from samples";
}

/** The key, lower left on the map. */
export function MapKey(): JSX.Element {
  const store = useStore();
  const { judged, wrong } = mistakes(useClassStats().value, store.view.hiddenClasses.value);
  const lies = useDerived(() => liesNow(store), [store]).value;
  const kind = store.derived.landscapeKindNow.value;
  const options = stageOptions(store);
  const colours = colouring(store);
  const by = options.landscapeBy.value;
  const dark = store.transient.dark.value;
  return (
    <ul class="map-key" aria-label="Key of the map">
      <li>
        <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
          <circle cx="6" cy="6" r="3.2" class="key-dot" />
        </svg>
        {SAMPLE_WORDS[colours]}
      </li>
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
      {kind !== null && (
        <li>
          <button
            type="button"
            class="key-switch"
            title={LANDSCAPE_NEXT[by].title}
            onClick={() => {
              options.landscapeBy.value = LANDSCAPE_NEXT[by].next;
            }}
          >
            <span
              class="key-plane"
              aria-hidden="true"
              style={by === "confidence" ? { background: mapGradient("sequential", dark) } : {}}
            />
            {landscapeWords(by, kind)}
          </button>
        </li>
      )}
    </ul>
  );
}
