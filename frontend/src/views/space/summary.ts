/** The map in one sentence, for those who cannot see it; it changes with every true map, not with every animation frame. */
import type { Store } from "../../state/store";
import { count, percent, plural } from "../../ui/format";

/** The sentence. Reads signals, so that it can be computed from them. */
export function mapSummary(store: Store): string {
  const { derived, data } = store;
  const layer = derived.layerIndex.value;
  const step = derived.steps.value[derived.nearestFrame.value];
  const probe = data.index.value?.probe ?? null;
  if (layer === null || step === undefined) return "No map yet.";
  const classes = derived.classes.value.length;
  const what = probe === null ? "Map" : `Map of ${plural(probe.count, "sample")}`;
  const grouped = classes > 0 ? ` in ${classes === 1 ? "1 class" : `${classes} classes`}` : "";
  const accuracy = derived.accuracyNow.value;
  const right = accuracy === null ? "" : `; the model classifies ${percent(accuracy)} of them rightly`;
  const kept = derived.faithfulnessNow.value.neighbours ?? null;
  const faithful = kept === null ? "" : `; the map keeps ${percent(kept)} of their neighbours`;
  return `${what}${grouped} by layer ${layer.name} at ${derived.unit.value} ${count(step)}${right}${faithful}.`;
}
