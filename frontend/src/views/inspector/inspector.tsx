/** The panel beside the map: what is selected, one sample of it in detail, and what happened when. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { ORDERS, type Order } from "../../state/inspect";
import { IconButton } from "../../ui/button";
import { count, percent, plural } from "../../ui/format";
import { EventsTab } from "../events/events_tab";
import { useStore } from "../store_context";
import { Detail } from "./detail";
import { accuracyOfRows } from "./sample_facts";
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
const TABS = [
  { tab: "samples", words: "Samples" },
  { tab: "events", words: "Events" },
] as const;

/** The panel's contents. */
export function Inspector(): JSX.Element {
  const { inspect } = useStore();
  const tab = inspect.tab.value;
  const tabs = useRef<HTMLDivElement>(null);
  const turn = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    // Elsewhere the same keys move in time.
    event.preventDefault();
    event.stopPropagation();
    inspect.tab.value = tab === "samples" ? "events" : "samples";
    tabs.current?.querySelector<HTMLElement>(`[data-tab="${inspect.tab.value}"]`)?.focus();
  };
  return (
    <>
      <div class="inspector-tabs" role="tablist" aria-label="Panel" ref={tabs} onKeyDown={turn}>
        {TABS.map(({ tab: one, words }) => (
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
            {words}
          </button>
        ))}
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
      <div class="inspector-body" role="tabpanel" aria-label={tab === "samples" ? "Samples" : "Events"}>
        {tab === "events" ? <EventsTab /> : <SamplesTab />}
      </div>
    </>
  );
}

function SamplesTab(): JSX.Element {
  const { explore } = useStore();
  if (explore.selectedMask.value === null) {
    return (
      <p class="absent">
        Nothing is selected. Click a sample on the map, draw around some with the lasso (2), or find them (/).
      </p>
    );
  }
  return (
    <>
      <Head />
      <TileGrid />
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
      </div>
    </header>
  );
}
