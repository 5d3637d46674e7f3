/** How many samples the map in view lies about, for the key and for the badge's panel. */
import { countLies } from "../../state/lies";
import type { Store } from "../../state/store";

/** What the nearest true map does to the samples that are shown; null where it was not measured or is not here yet. */
export function liesNow(store: Store): { readonly lies: number; readonly of: number } | null {
  const { derived, data, view } = store;
  const below = derived.lyingBelow.value;
  const i = derived.nearestFrame.value;
  const frame = data.buffered.value.has(i) ? store.frameAt(i) : undefined;
  if (below === null || frame === undefined) return null;
  const hidden = view.hiddenClasses.value;
  const labels = data.samples.value?.labels;
  return countLies(frame, below, (row) => {
    const label = labels?.[row] ?? -1;
    return !hidden.has(label >= 0 ? label : (frame.prediction[row] as number));
  });
}
