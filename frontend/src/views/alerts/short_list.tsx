/** Why this file: the alerts beside the map that is open: one goes from one to the next and sees each on the map. */
import type { JSX } from "preact";
import { listed, NO_FILTER } from "../../state/alert_order";
import { alerts } from "../../state/alerts";
import { useStore } from "../store_context";
import { AlertRow } from "./row";

/** Longer lists are for the tab Health. */
const MOST = 30;

export function ShortList(): JSX.Element {
  const store = useStore();
  const state = alerts(store);
  const all = listed(state.all.value, NO_FILTER, "worst");
  const at = all.findIndex(({ version }) => version === state.focus.value);
  const shown = all.slice(0, Math.max(MOST, at + 1));
  return (
    <>
      <ul class="alert-list">
        {shown.map((alert) => (
          <AlertRow key={alert.version} alert={alert} short onGo={(one) => state.visit(one)} />
        ))}
      </ul>
      <div class="alert-foot">
        <button
          type="button"
          class="text-button"
          onClick={() => {
            state.listOpen.value = false;
            store.view.tab.value = "health";
          }}
        >
          {shown.length < all.length ? `all ${all.length} in Health` : "with their measures, in Health"}
        </button>
      </div>
    </>
  );
}
