/** The whole tab: rail, strip, search, the view that is open and timeline, and the keyboard that works on all of them. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { alerts } from "../state/alerts";
import type { Store } from "../state/store";
import { AlertAnnouncer } from "./alerts/announcer";
import { COLOUR_ID } from "./colour/colour_control";
import { InspectorPlace } from "./inspector/place";
import { handleKey } from "./keys";
import { Rail } from "./rail/rail";
import { RankingPlace } from "./ranking/place";
import { ExploreBar } from "./search/explore_bar";
import { FIELD_ID } from "./search/search_field";
import { MAP_ID, Space } from "./space/space";
import { StoreProvider } from "./store_context";
import { Strip } from "./strip/strip";
import { Timeline } from "./timeline/timeline";
import { TrainingPlace } from "./training/place";

/** The application over one store. */
export function App({ store }: { store: Store }): JSX.Element {
  const helpOpen = useSignal(false);
  const railOpen = useSignal(false);
  const shareOpen = useSignal(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const used = handleKey(event, store, {
        openHelp: () => {
          helpOpen.value = true;
        },
        share: () => {
          shareOpen.value = true;
        },
        search: () => document.getElementById(FIELD_ID)?.focus(),
        map: () => document.getElementById(MAP_ID)?.focus(),
        colour: () => {
          // In a narrow window the rail is folded away; it is rendered before the next picture.
          railOpen.value = true;
          requestAnimationFrame(() => document.getElementById(COLOUR_ID)?.focus());
        },
      });
      if (used) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [store, helpOpen, railOpen, shareOpen]);
  // Without a run there is nothing to choose and no time to move in.
  const bare = (store.data.runs.value?.runs.length ?? 0) === 0;
  const { all, tasks } = alerts(store);
  const rows = {
    "data-alerts": all.value.length > 0,
    "data-tasks": tasks.value.some(({ step }) => step !== null),
  };
  return (
    <StoreProvider value={store}>
      <div class="app" data-rail={railOpen.value ? "open" : "closed"} data-bare={bare} {...rows}>
        {!bare && <Rail />}
        <Strip helpOpen={helpOpen} shareOpen={shareOpen} railOpen={railOpen} />
        {!bare && <ExploreBar />}
        {!bare && <RankingPlace />}
        {store.view.tab.value === "space" || bare ? <Space /> : <TrainingPlace />}
        {!bare && <InspectorPlace />}
        {!bare && <Timeline />}
        <AlertAnnouncer />
      </div>
    </StoreProvider>
  );
}
