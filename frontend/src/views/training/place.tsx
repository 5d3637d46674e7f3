/** The place of the tabs Layers, Classes and Cube, where the map is otherwise. What fills it is fetched when it is first needed. */
import { useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Tab } from "../../state/tabs";
import { useStore } from "../store_context";

type Views = Readonly<Record<Exclude<Tab, "space">, ComponentType>>;

/** The open tab; not for the map's. */
export function TrainingPlace(): JSX.Element {
  const { tab } = useStore().view;
  const views = useSignal<Views | null>(null);
  const problem = useSignal(false);
  useEffect(() => {
    import("./lazy").then(
      ({ VIEWS }) => {
        views.value = VIEWS;
      },
      (error: unknown) => {
        console.error(error);
        problem.value = true;
      },
    );
  }, [views, problem]);
  const View = tab.value === "space" ? undefined : views.value?.[tab.value];
  return (
    <main class="training" data-tab={tab.value}>
      {View !== undefined && <View />}
      {View === undefined && (
        <p class="training-note" role="status">
          {problem.value
            ? "This tab could not be loaded: reload the page. TensorBoard may have been restarted with another version."
            : "opening…"}
        </p>
      )}
    </main>
  );
}
