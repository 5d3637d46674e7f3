/** Which of the tab's own tabs is open: the map, or one of the training log. */
import type { JSX } from "preact";
import { TABS } from "../../state/tabs";
import { useStore } from "../store_context";

/** Links in look, buttons in deed: one is pressed. */
export function Tabs(): JSX.Element {
  const { tab } = useStore().view;
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
        </button>
      ))}
    </nav>
  );
}
