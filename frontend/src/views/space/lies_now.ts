/** How many samples the map in view lies about, for the key and for the badge's panel. */
import type { FrameData } from "../../data/types";
import { countLies } from "../../state/lies";
import type { Store } from "../../state/store";

/** Of frames that were visited, with all classes shown. */
const known = new WeakMap<FrameData, { readonly below: number; readonly counted: Lies }>();

/** Of how many samples that are drawn how many are lied about. */
type Lies = ReturnType<typeof countLies>;

/** What the nearest true map does to the samples that are shown; null where it was not measured or is not here yet. */
export function liesNow(store: Store): Lies | null {
  const { derived, data, view } = store;
  const below = derived.lyingBelow.value;
  const i = derived.nearestFrame.value;
  const frame = data.buffered.value.has(i) ? store.frameAt(i) : undefined;
  if (below === null || frame === undefined) return null;
  const hidden = view.hiddenClasses.value;
  const labels = data.samples.value?.labels;
  const held = known.get(frame);
  if (hidden.size === 0 && held?.below === below) return held.counted;
  const shown = (row: number) => {
    const label = labels?.[row] ?? -1;
    return !hidden.has(label >= 0 ? label : (frame.prediction[row] as number));
  };
  const counted = countLies(frame, below, hidden.size === 0 ? null : shown);
  if (hidden.size === 0) known.set(frame, { below, counted });
  return counted;
}
