/** Which filters changed most at the pinned times, in which layers, and whether that is rare for them. */
import type { JSX } from "preact";
import type { TopFilters } from "../../data/training_types";
import { layers } from "../../state/layers";
import { rowAt } from "../../state/row_span";
import { plain, plural } from "../../ui/format";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import { useAnswer } from "../training/use_answer";
import { askClock, type Side, useClock } from "./use_strips";
import { rarity } from "./words";

/** Rows on either side of a pin that are looked at one by one. */
const AROUND = 64;

/** The row nearest to each pin that lies in the stretch, ascending, each once. `null`: not known yet. */
function usePinnedRows(side: Side): readonly number[] | null {
  const state = useTraining();
  const stretch = side.log.index.parameters?.stretches[side.stretch];
  const clock = useClock(side);
  if (clock === null || stretch === undefined) return null;
  const rows = new Set<number>();
  for (const pin of state.pins.value) {
    if (pin < stretch.first_time || pin > stretch.last_time) continue;
    const about = rowAt(clock.edges, clock.times, pin);
    if (clock.buckets >= stretch.rows) {
      rows.add(about);
      continue;
    }
    const start = Math.max(0, Math.floor(about / AROUND - 1) * AROUND);
    const stop = Math.min(stretch.rows, start + 3 * AROUND);
    const fine = askClock(state, side, { start, stop }).value;
    if (fine.kind === "loading") return null;
    rows.add(fine.kind === "ready" ? rowAt(fine.value.edges, fine.value.times, pin) : about);
  }
  return [...rows].sort((a, b) => a - b);
}

/** Drawn while there are pins. */
export function ChangedMost({ side }: { side: Side }): JSX.Element | null {
  const state = useTraining();
  const rows = usePinnedRows(side);
  const wanted = rows !== null && rows.length > 0 ? rows : null;
  const answer = useAnswer(
    wanted === null
      ? null
      : state.ask(side.log, `top ${side.stretch} ${wanted}`, (client, signal) =>
          client.top(side.stretch, wanted, signal),
        ),
    `top ${side.log.index.run} ${side.stretch} ${wanted}`,
  );
  const count = state.pins.value.length;
  return (
    <details class="layers-panel" open>
      <summary>
        <b>Changed most at the pinned {count === 1 ? "time" : "times"}</b>
        {answer.value !== null && <span class="layers-first">{about(answer.value)}</span>}
      </summary>
      {rows?.length === 0 && <p class="layers-quiet">No pin lies in this part of the log.</p>}
      {answer.problem !== "" && <p class="plot-problem">{answer.problem}</p>}
      {answer.value !== null && <Table top={answer.value} />}
    </details>
  );
}

function about({ filters, steps }: TopFilters): string {
  const every = filters.filter((one) => one.every).length;
  const at = `training step${steps.length === 1 ? "" : "s"} ${steps.map((step) => step.toLocaleString("en-US")).join(", ")}`;
  return steps.length === 1 ? at : `${at}: ${plural(every, "filter")} at every one`;
}

function Table({ top }: { top: TopFilters }): JSX.Element {
  const chosen = layers(useStore());
  const { filters, steps, floor } = top;
  if (filters.length === 0) return <p class="layers-quiet">No filter had changed since the row before.</p>;
  const least = floor === null ? "" : ` It cannot be less than ${plain(floor)} in a log of this length.`;
  return (
    <div class="layers-top">
      <table>
        <thead>
          <tr>
            <th scope="col">filter</th>
            {steps.map((step, i) => (
              <th key={top.rows[i]} scope="col" title="1 − cos of the filter and itself at the row before">
                step {step.toLocaleString("en-US")}
              </th>
            ))}
            <th
              scope="col"
              title={`Whether this layer's filters change so much at other times; q is p adjusted for asking all filters.${least}`}
            >
              for its layer
            </th>
          </tr>
        </thead>
        <tbody>
          {filters.map(({ layer, name, filter, change, every, q }) => (
            <tr key={`${layer} ${filter}`}>
              <th scope="row">
                <button
                  type="button"
                  class="text-button"
                  title="Show this filter among those of its layer"
                  onClick={() => chosen.revealFilter(layer, name, filter)}
                >
                  {name} · {filter}
                </button>
                {steps.length > 1 && every && <span class="tag">at every pin</span>}
              </th>
              {change.map((value, i) => (
                <td key={top.rows[i]} class="numeric">
                  {plain(value)}
                </td>
              ))}
              <td>{rarity(q)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
