/** Why this file: everything that went wrong in the run, in order, narrowed to what somebody looks for. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { type AlertFilter, type AlertOrder, listed, NO_FILTER, toggled } from "../../state/alert_order";
import { alerts } from "../../state/alerts";
import { plural } from "../../ui/format";
import { useStore } from "../store_context";
import { Absent } from "./absent";
import { FilterChips } from "./filter_chips";
import { AlertRow } from "./row";

/** Rows that are there at first, and that come with each wish for more. */
const PAGE = 40;

/** What is chosen of a run's list goes with the run: another has other layers and rules. */
export function AlertPanel(): JSX.Element {
  return <Panel key={useStore().view.run.value} />;
}

function Panel(): JSX.Element {
  const store = useStore();
  const state = alerts(store);
  const order = useSignal<AlertOrder>("worst");
  const filter = useSignal<AlertFilter>(NO_FILTER);
  const most = useSignal(PAGE);
  const all = state.all.value;
  if (all.length === 0) return <Absent />;
  const rows = listed(all, filter.value, order.value);
  const at = rows.findIndex(({ version }) => version === state.focus.value);
  const shown = rows.slice(0, Math.max(most.value, at + 1));
  return (
    <section class="alert-panel" aria-label="Alerts">
      <div class="alert-bar">
        <h2>{plural(all.length, "alert")}</h2>
        <fieldset class="alert-orders" aria-label="Order">
          {(["worst", "newest"] as const).map((name) => (
            <button
              key={name}
              type="button"
              class="chip"
              aria-pressed={order.value === name}
              onClick={() => {
                order.value = name;
              }}
            >
              {name} first
            </button>
          ))}
        </fieldset>
        <FilterChips
          alerts={all}
          filter={filter.value}
          onToggle={(key, value) => {
            filter.value = toggled(filter.value, key, value);
          }}
        />
        {rows.length < all.length && (
          <button
            type="button"
            class="text-button"
            onClick={() => {
              filter.value = NO_FILTER;
            }}
          >
            show all
          </button>
        )}
      </div>
      {rows.length === 0 && <p class="alerts-note">No alert is of all of these.</p>}
      <ul class="alert-list">
        {shown.map((alert) => (
          <AlertRow key={alert.version} alert={alert} onGo={(one) => state.show(one)} />
        ))}
      </ul>
      {shown.length < rows.length && (
        <button
          type="button"
          class="text-button"
          onClick={() => {
            most.value = shown.length + PAGE;
          }}
        >
          {plural(rows.length - shown.length, "more alert")}
        </button>
      )}
    </section>
  );
}
