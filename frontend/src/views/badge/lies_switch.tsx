/** The switch that marks where the map lies, with how many samples that is and what it means. */
import type { JSX } from "preact";
import { mostKept } from "../../state/lies";
import { count, plain } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { liesNow } from "../space/lies_now";
import { useStore } from "../store_context";

/** What it takes to count as lied about, in words. */
function ruleWords(below: number, k: number | null): string {
  if (k === null) return `the map keeps less than ${plain((100 * below) / 255)} % of their true neighbours`;
  const most = mostKept(below, k);
  return `of their ${plain(k)} true neighbours the map keeps ${most === 0 ? "none" : `${plain(most)} or fewer`}`;
}

/** The switch; nothing where neighbours were not measured. */
export function LiesSwitch(): JSX.Element | null {
  const store = useStore();
  const found = useDerived(() => liesNow(store), [store]).value;
  const below = store.derived.lyingBelow.value;
  if (below === null || found === null) return null;
  const { markLies } = store.view;
  const k = store.derived.faithfulnessNow.value.k ?? null;
  return (
    <label class="lies-switch">
      <input
        type="checkbox"
        checked={markLies.value}
        onChange={(event) => {
          markLies.value = event.currentTarget.checked;
        }}
      />
      <span>
        <b>Mark where the map lies</b> <kbd>L</kbd>
        <span class="faint numeric">
          {count(found.lies)} of {count(found.of)} points are drawn among strangers: {ruleWords(below, k)}.
        </span>
      </span>
    </label>
  );
}
