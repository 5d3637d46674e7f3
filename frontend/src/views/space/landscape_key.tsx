/** The landscape's entry in the key of the map: what it shows, and what else it can. */
import type { JSX } from "preact";
import type { LandscapeKind } from "../../data/types";
import { stageOptions } from "../../gl/stage_options";
import { mapGradient } from "../../theme/colour_maps";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";
import { LANDSCAPE_CHOICES, type LandscapeChoice, lacksEntropy } from "./landscape_choice";

/** A log from before entropy was logged. */
const NO_ENTROPY = "entropy: not in this map, drawn by an older version";

function words(by: LandscapeChoice, kind: LandscapeKind): string {
  if (by === "off") return "no landscape";
  if (by === "confidence") return "how sure the model is, from guessing to certain";
  if (by === "entropy")
    return "how torn the model is between all classes (entropy), from certain to guessing";
  return kind === "surrogate"
    ? "landscape: fitted stand-in for the model's head"
    : "the model's decision, pale where unsure or far from samples";
}

/** Why there is no landscape; nothing where only maps were logged, which says nothing of a classifier. */
function WhyNone(): JSX.Element | null {
  const { derived } = useStore();
  const layer = derived.layerIndex.value;
  if (layer === null || layer.width === null || derived.steps.value.length === 0) return null;
  const unknown = layer.logits === false ? "It was logged without logits." : "";
  // What is wrong with this one map stands in the notices.
  const why = derived.reasonNow.value === "" ? layer.no_logits || unknown : "";
  return (
    <li class="key-absent" title={why}>
      <span>No landscape. {why}</span>
    </li>
  );
}

/** What a landscape is of; why there is none where there is none. */
export function LandscapeKey(): JSX.Element | null {
  const store = useStore();
  const { landscapeBy } = stageOptions(store);
  const without = useDerived(() => lacksEntropy(store), [store]).value;
  const kind = store.derived.landscapeKindNow.value;
  const noHead = store.derived.layerIndex.value?.no_head ?? "";
  const by = landscapeBy.value;
  if (kind === null) return <WhyNone />;
  const ramp = by === "confidence" || by === "entropy";
  return (
    <li>
      <span
        class="key-plane"
        aria-hidden="true"
        style={ramp ? { background: mapGradient("sequential", store.transient.dark.value) } : {}}
      />
      <select
        class="key-switch"
        aria-label="Landscape"
        title={kind === "surrogate" && noHead !== "" ? `${noHead} (B)` : "What the landscape shows (B)"}
        value={by}
        onChange={(event) => {
          landscapeBy.value = event.currentTarget.value as LandscapeChoice;
        }}
      >
        {LANDSCAPE_CHOICES.map((choice) => {
          const absent = choice === "entropy" && without;
          return (
            <option key={choice} value={choice} disabled={absent}>
              {absent ? NO_ENTROPY : words(choice, kind)}
            </option>
          );
        })}
      </select>
    </li>
  );
}
