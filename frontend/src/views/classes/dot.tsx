/** A class's colour as a disc; sets that the script logs itself may have more classes than the probe. */
import type { JSX } from "preact";
import { classColours } from "../../theme/palettes";
import { useStore } from "../store_context";

export function Dot({ index, small = false }: { index: number; small?: boolean }): JSX.Element {
  const { derived, transient } = useStore();
  const colour = derived.colours.value[index] ?? classColours(index + 1, transient.dark.value)[index];
  return (
    <i
      class={small ? "class-dot small-dot" : "class-dot"}
      aria-hidden="true"
      style={{ "--class": colour ?? "currentColor" }}
    />
  );
}
