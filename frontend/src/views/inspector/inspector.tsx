/** The panel beside the map: what is selected, one sample of it in detail, what happened when, and what changed between two maps. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { comparison } from "../../state/compare";
import { type InspectorTab, ORDERS, type Order } from "../../state/inspect";
import { IconButton } from "../../ui/button";
import { count, percent, plural } from "../../ui/format";
import { Changes } from "../compare/changes";
import { EventsTab } from "../events/events_tab";
import { useStore } from "../store_context";
import { Detail } from "./detail";
import { accuracyOfRows } from "./sample_facts";
import { SampleTable } from "./sample_table";
import { TileGrid } from "./tile_grid";

/** What a selection is ordered by, in words. */
const ORDER_WORDS: Readonly<Record<Order, string>> = {
  conf: "confidence",
  margin: "margin",
  loss: "loss",
  flips: "flips",
  moved: "movement",
  id: "id",
};
const TAB_WORDS: Readonly<Record<InspectorTab, string>> = {
  samples: "Samples",
  events: "Events",
  changes: "Changed",
};

/** The panel's contents. */
export function Inspector(): JSX.Element {
  const store = useStore();
  const { inspect } = store;
  const tab = inspect.tab.value;
  const list = useRef<HTMLDivElement>(null);
  const tabs: InspectorTab[] = ["samples", "events"];
  if (comparison(store).difference.value) tabs.push("changes");
  const turn = (event: KeyboardEvent) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way === undefined) return;
    // Elsewhere the same keys move in time.
    event.preventDefault();
    event.stopPropagation();
    const to = tabs[(tabs.indexOf(tab) + way + tabs.length) % tabs.length] as InspectorTab;
    inspect.tab.value = to;
    list.current?.querySelector<HTMLElement>(`[data-tab="${to}"]`)?.focus();
  };
  return (
    <>
      <div class="inspector-tabs">
        <div class="tab-list" role="tablist" aria-label="Panel" ref={list} onKeyDown={turn}>
          {tabs.map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              class="inspector-tab"
              data-tab={one}
              aria-selected={tab === one}
              tabIndex={tab === one ? 0 : -1}
              onClick={() => {
                inspect.tab.value = one;
              }}
            >
              {TAB_WORDS[one]}
            </button>
          ))}
        </div>
        <IconButton
          icon="close"
          size={16}
          label="Hide this panel (I)"
          class="inspector-close"
          onClick={() => {
            inspect.wish.value = "hidden";
          }}
        />
      </div>
      <div class="inspector-body" role="tabpanel" aria-label={TAB_WORDS[tab]}>
        {tab === "events" ? <EventsTab /> : tab === "changes" ? <Changes /> : <SamplesTab />}
      </div>
    </>
  );
}

function SamplesTab(): JSX.Element {
  const { explore, inspect } = useStore();
  if (explore.selectedMask.value === null) {
    return (
      <p class="absent">
        Nothing is selected. Click a sample on the map, draw around some with the lasso (2), or find them (/).
      </p>
    );
  }
  const table = inspect.layout.value === "table";
  // Of a single sample the detail shows all that a tile would.
  const tiles = !table && inspect.order.value.length > 1;
  return (
    <>
      <Head />
      {table && <SampleTable />}
      {tiles && <TileGrid />}
      <Detail />
    </>
  );
}

/** How many, how many of them right, and in which order. */
function Head(): JSX.Element {
  const store = useStore();
  const { inspect, explore, derived } = store;
  const rows = inspect.order.value;
  const { right, judged } = accuracyOfRows(store, rows);
  return (
    <header class="inspector-head">
      <div class="inspector-count numeric">
        <h2>{plural(rows.length, "sample")}</h2>
        {judged > 0 && (
          <p
            class="muted"
            title={`${count(right)} of ${count(judged)} are right at ${derived.epochLabel.value}`}
          >
            {percent(right / judged)} right
          </p>
        )}
      </div>
      <div class="inspector-order">
        <label>
          <select
            class="bare-select"
            aria-label="Order of the samples"
            value={inspect.orderBy.value}
            onChange={(event) => {
              inspect.orderBy.value = event.currentTarget.value as Order;
            }}
          >
            {ORDERS.map((name) => {
              const absent = explore.schema.value?.find(name)?.absent ?? "";
              return (
                <option key={name} value={name} disabled={absent !== ""} title={absent}>
                  {ORDER_WORDS[name]}
                </option>
              );
            })}
          </select>
        </label>
        <button
          type="button"
          class="text-button"
          title="Turn the order round"
          aria-label={inspect.descending.value ? "Largest first; turn round" : "Smallest first; turn round"}
          onClick={() => {
            inspect.descending.value = !inspect.descending.peek();
          }}
        >
          {inspect.descending.value ? "↓" : "↑"}
        </button>
        <button
          type="button"
          class="text-button"
          title="All that is known of the selected samples, as a table"
          aria-pressed={inspect.layout.value === "table"}
          onClick={() => {
            inspect.layout.value = inspect.layout.peek() === "table" ? "tiles" : "table";
          }}
        >
          table
        </button>
      </div>
    </header>
  );
}
