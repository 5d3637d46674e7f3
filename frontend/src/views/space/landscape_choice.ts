/** What the landscape can show of the map in view, and what comes next; one place for the key of the map and for the keyboard. */
import type { LandscapeBy } from "../../gl/graphics";
import { stageOptions } from "../../gl/stage_options";
import type { Store } from "../../state/store";

export type LandscapeChoice = LandscapeBy | "off";

/** In the order in which they are gone through. */
export const LANDSCAPE_CHOICES: readonly LandscapeChoice[] = ["class", "confidence", "entropy", "off"];

/** Whether the landscape in view is of a log from before there was entropy. One on its way is not. Subscribes. */
export function lacksEntropy(store: Store): boolean {
  const { data, derived } = store;
  // Reading it subscribes to it: the landscape may come later.
  void data.bufferedLandscapes.value;
  const shown = store.landscapeAt(derived.nearestFrame.value);
  return shown !== undefined && shown.entropy === undefined;
}

/** Goes on to the next of what there is. */
export function nextLandscape(store: Store): void {
  const { landscapeBy } = stageOptions(store);
  const there = LANDSCAPE_CHOICES.filter((by) => by !== "entropy" || !lacksEntropy(store));
  const now = LANDSCAPE_CHOICES.indexOf(landscapeBy.peek());
  landscapeBy.value = there.find((by) => LANDSCAPE_CHOICES.indexOf(by) > now) ?? "class";
}
