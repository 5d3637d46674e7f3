/** The runs to choose from. One is shown at a time, so a run is a choice and not a checkbox. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ago } from "../../ui/format";
import { useStore } from "../store_context";
import { filterRuns } from "./run_filter";

/** Heading, filter and list. */
export function RunList(): JSX.Element {
  const store = useStore();
  const runs = store.data.runs.value?.runs ?? [];
  const list = useRef<HTMLUListElement>(null);
  const selected = store.view.run.value;
  // A deep link may select a run far down the list.
  useEffect(() => {
    list.current?.querySelector('[aria-pressed="true"]')?.scrollIntoView?.({ block: "nearest" });
  }, [selected, runs.length]);
  const { runs: shown, problem } = filterRuns(runs, store.view.runFilter.value);
  return (
    <section class="rail-section">
      <h2 class="section-title">Runs</h2>
      <input
        class="field"
        type="text"
        placeholder="Filter runs (regex)"
        aria-label="Filter runs by a regular expression"
        aria-invalid={problem !== null}
        spellcheck={false}
        value={store.view.runFilter.value}
        onInput={(event) => {
          store.view.runFilter.value = event.currentTarget.value;
        }}
      />
      {problem !== null && (
        <p class="field-problem" role="alert">
          {problem}
        </p>
      )}
      <ul class="run-list" aria-label="Runs" ref={list}>
        {shown.map((run) => (
          <li key={run.name}>
            <button
              type="button"
              class="run"
              aria-pressed={run.name === selected}
              title={run.name}
              onClick={() => store.selectRun(run.name)}
            >
              <span class="run-mark" aria-hidden="true" />
              <span class="run-name">{run.name}</span>
              <RunAge started={run.started} />
            </button>
          </li>
        ))}
      </ul>
      {shown.length === 0 && runs.length > 0 && <p class="faint">No run matches this filter.</p>}
    </section>
  );
}

/** When a run was started, against the store's clock; on its own so that a tick renders three words and not the list. */
function RunAge({ started }: { started: number }): JSX.Element | null {
  const { now } = useStore().data;
  if (now.value === 0) return null;
  const seconds = Math.max(0, now.value / 1000 - started);
  return <span class="run-age numeric">{ago(seconds).replace(" ago", "")}</span>;
}
