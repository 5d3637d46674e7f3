/** Which of the tab's own tabs is open: the map, or one of the training log. */
import type { JSX } from "preact";
import { alerts } from "../../state/alerts";
import { TABS } from "../../state/tabs";
import { plural } from "../../ui/format";
import { useStore } from "../store_context";

/** Links in look, buttons in deed: one is pressed. */
export function Tabs(): JSX.Element {
  const store = useStore();
  const { tab } = store.view;
  const fresh = alerts(store).unseen.value.length;
  return (
    <nav class="tabs" aria-label="Views">
      {TABS.map(({ name, title, says }) => (
        <button
          key={name}
          type="button"
          class="tab"
          title={`${title}: ${says}`}
          aria-current={tab.value === name ? "page" : undefined}
          onClick={() => {
            tab.value = name;
          }}
        >
          {title}
          {name === "health" && fresh > 0 && (
            <span class="tab-count numeric" title={plural(fresh, "new alert")}>
              {fresh}
              <span class="visually-hidden"> new</span>
            </span>
          )}
        </button>
      ))}
    </nav>
  );
}
