/** Why this file: the button of the menu of what can be taken away. What is in the menu is fetched when it is first opened. */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { PopoverButton } from "../../ui/popover_button";

/** The button in the strip, and its menu. */
export function Share({ open }: { open: Signal<boolean> }): JSX.Element {
  return (
    <PopoverButton
      open={open}
      label="Take away"
      title="Take pictures, tables, a film or the link away (S)"
      text="share"
      buttonClass="strip-button"
      panelClass="share-panel"
    >
      <Menu />
    </PopoverButton>
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
