/** How many of all samples flip, jump and move at each epoch: where in training it is worth looking. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { EventCounts } from "../../analysis/events";
import { rowsAtEvent } from "../../state/event_tracker";
import { count, plural } from "../../ui/format";
import { useStore } from "../store_context";
import { KIND_WORDS } from "./event_words";

const KINDS = ["flip", "jump", "moved"] as const;

/** The table. A click on a count goes to the epoch and selects those samples. */
export function EpochCounts(): JSX.Element {
  const store = useStore();
  const { inspect, derived, explore } = store;
  useEffect(() => {
    inspect.counting.value = true;
  }, [inspect]);
  const counts = inspect.counts.value;
  const steps = derived.steps.value;
  const most = (kind: keyof EventCounts) => Math.max(1, ...[...counts.values()].map((one) => one[kind]));
  const largest = { flip: most("flip"), jump: most("jump"), moved: most("moved") };
  if (counts.size === 0) return <p class="absent">Counting…</p>;
  return (
    <div class="count-list">
      <table class="counts">
        <caption class="visually-hidden">Events of all samples by {derived.unit.value}</caption>
        <thead>
          <tr>
            <th scope="col">{derived.unit.value}</th>
            {KINDS.map((kind) => (
              <th key={kind} scope="col" title={KIND_WORDS[kind].says}>
                <span aria-hidden="true">{KIND_WORDS[kind].mark}</span> {KIND_WORDS[kind].name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...counts].map(([frame, one]) => (
            <tr key={frame} aria-current={frame === derived.nearestFrame.value}>
              <th scope="row">
                <button
                  type="button"
                  class="text-button numeric"
                  aria-label={`Go to ${derived.unit.value} ${steps[frame] ?? 0}`}
                  onClick={() => store.seek(steps[frame] ?? 0)}
                >
                  {(steps[frame] ?? 0).toLocaleString("en-US")}
                </button>
              </th>
              {KINDS.map((kind) => (
                <td key={kind}>
                  <button
                    type="button"
                    class="count numeric"
                    style={{ "--share": String(one[kind] / largest[kind]) }}
                    disabled={one[kind] === 0}
                    title={`Go there and select the ${plural(one[kind], "sample")}`}
                    aria-label={`${plural(one[kind], "sample")} ${KIND_WORDS[kind].name}: select`}
                    onClick={() => {
                      explore.selectRows(rowsAtEvent(store, kind, frame), "replace");
                      store.seek(steps[frame] ?? 0);
                    }}
                  >
                    {count(one[kind])}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
