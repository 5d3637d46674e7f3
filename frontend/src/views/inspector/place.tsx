/** The panel's place beside the map. What fills it is fetched when it is first needed. */
import { useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useStore } from "../store_context";

/** The panel while it is open. */
export function InspectorPlace(): JSX.Element | null {
  const { inspect } = useStore();
  const loaded = useSignal<{ readonly View: ComponentType } | null>(null);
  const problem = useSignal(false);
  const open = inspect.open.value;
  const wanted = open && loaded.value === null && !problem.value;
  useEffect(() => {
    if (!wanted) return;
    import("./lazy").then(
      ({ Inspector }) => {
        loaded.value = { View: Inspector };
      },
      (error: unknown) => {
        console.error(error);
        problem.value = true;
      },
    );
  }, [wanted, loaded, problem]);
  if (!open) return null;
  const View = loaded.value?.View;
  const wide = inspect.tab.value === "samples" && inspect.layout.value === "table";
  return (
    <aside class="inspector" aria-label="Selected samples" data-wide={wide}>
      {View !== undefined && <View />}
      {problem.value && (
        <p class="inspector-wait" role="alert">
          The panel could not be loaded: reload the page. TensorBoard may have been restarted with another
          version.
        </p>
      )}
      {View === undefined && !problem.value && (
        <p class="inspector-wait" role="status">
          <span class="spinner small-spinner" aria-hidden="true" /> opening…
        </p>
      )}
    </aside>
  );
}
