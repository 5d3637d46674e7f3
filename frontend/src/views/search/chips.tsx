/** The query's conditions as chips: a click turns one into its opposite, the cross takes it away; the text says the same. */
import type { JSX } from "preact";
import { toChips, turnChip, withoutChip } from "../../query/chips";
import { Icon } from "../../ui/icons";
import { useStore } from "../store_context";

/** The chips; nothing for a query of alternatives, which has no list of conditions. */
export function Chips(): JSX.Element | null {
  const { explore } = useStore();
  const { query } = explore.reading.value;
  const chips = query === null ? null : toChips(query);
  if (chips === null || chips.length === 0) return null;
  return (
    <ul class="conditions" aria-label="Conditions">
      {chips.map((chip, i) => (
        <li key={`${i} ${chip.text}`} class="condition" data-negated={chip.negated}>
          <button
            type="button"
            title="Turn into its opposite"
            onClick={() => {
              explore.text.value = turnChip(chips, i);
            }}
          >
            {chip.text}
          </button>
          <button
            type="button"
            aria-label={`Remove ${chip.text}`}
            title="Remove"
            onClick={() => {
              explore.text.value = withoutChip(chips, i);
            }}
          >
            <Icon name="close" size={12} />
          </button>
        </li>
      ))}
    </ul>
  );
}
