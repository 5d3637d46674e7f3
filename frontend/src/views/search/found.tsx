/** What the query finds, in numbers, and what can be done with it: select it, or fade everything else. */
import type { JSX } from "preact";
import { count, percent, plural } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";

/** The count and the two switches; nothing without a query that can be understood. */
export function FoundLine(): JSX.Element | null {
  const store = useStore();
  const { explore, data, derived } = store;
  const partial = useDerived(() => {
    const { plan } = explore.reading.value;
    const coverage = plan && explore.coverageOf(plan);
    if (coverage === null) return "";
    const { loaded, of } = coverage;
    return loaded < of ? `over ${loaded} of ${plural(of, derived.unit.value)}` : "";
  }, [store]).value;
  const { plan } = explore.reading.value;
  if (plan === null) return null;
  const found = explore.found.value;
  const all = data.samples.value?.ids.length ?? 0;
  const waiting = found === null ? [...plan.columns] : found.waiting;
  return (
    <div class="found">
      <p class="numeric" role="status" aria-live={store.view.playing.value ? "off" : "polite"}>
        {found !== null && (
          <>
            <b>{count(found.count)}</b> of {count(all)} · {percent(all === 0 ? null : found.count / all)}
          </>
        )}
        {waiting.length > 0 && <span class="faint"> loading {waiting.join(", ")}</span>}
        {partial !== "" && <span class="faint"> {partial}</span>}
      </p>
      <button
        type="button"
        class="pill"
        disabled={found === null || found.count === 0}
        title="Select them (Enter); with Shift add them, with Alt take them out"
        onClick={(event) => explore.selectFound(event.shiftKey ? "add" : event.altKey ? "remove" : "replace")}
      >
        Select
      </button>
      <button
        type="button"
        class="pill"
        aria-pressed={explore.filtering.value}
        title="Fade all others, at every epoch"
        onClick={() => {
          explore.filtering.value = !explore.filtering.peek();
        }}
      >
        Filter
      </button>
    </div>
  );
}
