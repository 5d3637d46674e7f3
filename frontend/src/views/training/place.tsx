/** The place of every tab but the map's. What fills it is fetched when it is first needed: Health is a bundle of its own. */
import { useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Tab } from "../../state/tabs";
import { useStore } from "../store_context";

type Place = Exclude<Tab, "space">;
type Views = Readonly<Partial<Record<Place, ComponentType>>>;

/** The views of the bundle that a tab is in. */
function load(tab: Place): Promise<Views> {
  return tab === "health"
    ? import("../health/lazy").then(({ View }) => ({ health: View }))
    : import("./lazy").then(({ VIEWS }) => VIEWS);
}

/** The open tab; not for the map's. */
export function TrainingPlace(): JSX.Element {
  const { tab } = useStore().view;
  const views = useSignal<Views>({});
  const problem = useSignal(false);
  const open = tab.value;
  const View = open === "space" ? undefined : views.value[open];
  useEffect(() => {
    if (open === "space" || views.peek()[open] !== undefined) return;
    problem.value = false;
    load(open).then(
      (loaded) => {
        views.value = { ...views.peek(), ...loaded };
      },
      (error: unknown) => {
        console.error(error);
        problem.value = true;
      },
    );
  }, [open, views, problem]);
  return (
    <main class="training" data-tab={open}>
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
