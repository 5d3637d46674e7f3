/** Why this file: the button of the menu of what can be taken away. What is in the menu is fetched when it is first opened. */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Popover } from "../../ui/popover";

/** The button in the strip, and its menu. */
export function Share({ open }: { open: Signal<boolean> }): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  return (
    <div class="help-place">
      <button
        type="button"
        ref={button}
        class="strip-button"
        title="Take pictures, tables, a film or the link away (S)"
        aria-expanded={open.value}
        aria-haspopup="dialog"
        onClick={() => {
          open.value = !open.value;
        }}
      >
        share
      </button>
      {open.value && (
        <Popover
          label="Take away"
          class="share-panel"
          anchor={button}
          onClose={() => {
            open.value = false;
          }}
        >
          <Menu />
        </Popover>
      )}
    </div>
  );
}

function Menu(): JSX.Element {
  const loaded = useSignal<{ readonly View: ComponentType } | null>(null);
  const problem = useSignal(false);
  useEffect(() => {
    import("./share_menu").then(
      ({ ShareMenu }) => {
        loaded.value = { View: ShareMenu };
      },
      (error: unknown) => {
        console.error(error);
        problem.value = true;
      },
    );
  }, [loaded, problem]);
  const View = loaded.value?.View;
  if (View !== undefined) return <View />;
  return <p role="status">{problem.value ? "The menu could not be loaded: reload the page." : "opening…"}</p>;
}
