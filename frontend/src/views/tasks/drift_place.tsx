/** The paths of the class centres on the map, while they are wished for. What draws them is fetched when it is first needed. */
import { useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { stageOptions } from "../../gl/stage_options";
import { useStore } from "../store_context";

export function DriftPlace(): JSX.Element | null {
  const { drift } = stageOptions(useStore());
  const loaded = useSignal<{ readonly View: ComponentType } | null>(null);
  const wanted = drift.value && loaded.value === null;
  useEffect(() => {
    if (!wanted) return;
    import("./lazy").then(
      ({ DriftOverlay }) => {
        loaded.value = { View: DriftOverlay };
      },
      (error: unknown) => {
        console.error(error);
        drift.value = false;
      },
    );
  }, [wanted, loaded, drift]);
  const View = loaded.value?.View;
  return drift.value && View !== undefined ? <View /> : null;
}
