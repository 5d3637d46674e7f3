/** A class's colour as a disc; sets that the script logs itself may have more classes than the probe. */
import type { JSX } from "preact";
import { classColours } from "../../theme/palettes";
import { useStore } from "../store_context";

export function Dot({ index }: { index: number }): JSX.Element {
  const { derived, transient } = useStore();
  const colour = derived.colours.value[index] ?? classColours(index + 1, transient.dark.value)[index];
  return <span class="class-dot" aria-hidden="true" style={{ "--class": colour ?? "currentColor" }} />;
}
