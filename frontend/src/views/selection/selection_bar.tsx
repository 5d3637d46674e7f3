/** How many samples are selected, and everything that can be done to the selection. */
import type { JSX } from "preact";
import { IconButton } from "../../ui/button";
import { count } from "../../ui/format";
import { useStore } from "../store_context";
import { SavedSelections } from "./saved_selections";

/** The bar. */
export function SelectionBar(): JSX.Element {
  const { explore, inspect } = useStore();
  const selected = explore.selection.value?.count ?? 0;
  return (
    <div class="selection-bar" role="toolbar" aria-label="Selection">
      <p class="numeric" role="status" data-empty={selected === 0}>
        {selected === 0 ? (
          "none selected"
        ) : (
          <>
            <b>{count(selected)}</b> selected
          </>
        )}
      </p>
      {selected > 0 && (
        <>
          <button
            type="button"
            class="text-button"
            title="Add the nearest neighbours of what is selected, as the layer itself has them"
            disabled={explore.growing.value}
            onClick={() => explore.grow()}
          >
            {explore.growing.value ? "growing…" : "grow"}
          </button>
          <button
            type="button"
            class="text-button"
            title="Select what is not selected"
            onClick={() => explore.invertSelection()}
          >
            invert
          </button>
          <button
            type="button"
            class="text-button"
            title="Select nothing (Esc)"
            onClick={() => explore.clearSelection()}
          >
            clear
          </button>
        </>
      )}
      {(selected > 0 || inspect.open.value) && (
        <button
          type="button"
          class="text-button"
          title="Show or hide the samples beside the map (I)"
          aria-pressed={inspect.open.value}
          onClick={() => inspect.toggle(inspect.open.peek() ? inspect.tab.peek() : "samples")}
        >
          {inspect.open.value ? "hide" : "inspect"}
        </button>
      )}
      {(explore.canUndo.value || explore.canRedo.value) && (
        <>
          <Turn way="undo" able={explore.canUndo.value} />
          <Turn way="redo" able={explore.canRedo.value} />
        </>
      )}
      <SavedSelections />
    </div>
  );
}

function Turn({ way, able }: { way: "undo" | "redo"; able: boolean }): JSX.Element {
  const { explore } = useStore();
  const label = way === "undo" ? "Undo the selection (Ctrl Z)" : "Redo the selection (Ctrl Shift Z)";
  return (
    <IconButton
      icon={way}
      label={label}
      size={16}
      class={`turn ${able ? "" : "unable"}`}
      onClick={() => explore[way]()}
    />
  );
}
