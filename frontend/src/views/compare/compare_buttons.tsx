/** Why this file: the buttons in the strip that open panels, show their difference, and leave their maps as drawn. */
import type { JSX } from "preact";
import { comparison } from "../../state/compare";
import { useStore } from "../store_context";
import { canAlign } from "./panel_words";

/** The buttons. */
export function CompareButtons(): JSX.Element {
  const compare = comparison(useStore());
  const open = compare.others.value.length > 0;
  return (
    <div class="compare-buttons">
      {open && canAlign(compare) && (
        <button
          type="button"
          class="strip-button"
          aria-pressed={compare.asDrawn.value}
          title="Leave every map as its method drew it instead of turning it onto panel A"
          onClick={() => {
            compare.asDrawn.value = !compare.asDrawn.peek();
          }}
        >
          as drawn
        </button>
      )}
      {open && (
        <button
          type="button"
          class="strip-button"
          aria-pressed={compare.difference.value}
          title="Show in B where samples lie in A, and whose neighbours changed most (D)"
          onClick={() => compare.toggleDifference()}
        >
          difference
        </button>
      )}
      <button
        type="button"
        class="strip-button"
        disabled={compare.full.value}
        title={compare.full.value ? "Four maps are as many as can be read" : "Put a map beside this one (V)"}
        onClick={() => compare.add()}
      >
        {open ? "add map" : "compare"}
      </button>
    </div>
  );
}
