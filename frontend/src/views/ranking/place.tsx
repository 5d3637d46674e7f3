/** The panel's place between the rail and the map. What fills it is fetched when it is first needed. */
import { useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { ranking } from "../../state/ranking";
import { useStore } from "../store_context";
import { RANK_ID } from "./rank_button";

/** The panel while it is open. */
export function RankingPlace(): JSX.Element | null {
  const { open } = ranking(useStore());
  const loaded = useSignal<{ readonly View: ComponentType } | null>(null);
  const problem = useSignal(false);
  const wanted = open.value && loaded.value === null && !problem.value;
  useEffect(() => {
    if (!wanted) return;
    import("./lazy").then(
      ({ RankingPanel }) => {
        loaded.value = { View: RankingPanel };
      },
      (error: unknown) => {
        console.error(error);
        problem.value = true;
      },
    );
  }, [wanted, loaded, problem]);
  if (!open.value) return null;
  const View = loaded.value?.View;
  return (
    <aside
      class="ranking"
      aria-label="Ranking"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        open.value = false;
        document.getElementById(RANK_ID)?.focus();
      }}
    >
      {View !== undefined && <View />}
      {View === undefined && (
        <p role="status">
          {problem.value
            ? "The ranking could not be loaded: reload the page. TensorBoard may have been restarted with another version."
            : "opening…"}
        </p>
      )}
    </aside>
  );
}
