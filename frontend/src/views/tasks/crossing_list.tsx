/** Why this file: who crossed which decision boundary since the end of a task, the worst first. */
import type { JSX } from "preact";
import { crossingsNow, rowsOfTasks } from "../../state/crossings";
import { health } from "../../state/health";
import { tasks } from "../../state/tasks";
import { count, plural } from "../../ui/format";
import { Dot } from "../classes/dot";
import { useStore } from "../store_context";

/** Crossings that are listed. */
const MOST = 12;

export function Crossings(): JSX.Element | null {
  const store = useStore();
  const state = tasks(store);
  const [all, spans, since] = [state.all.value, state.spans.value, state.since.value];
  const span = spans[since];
  if (!span) return null;
  const known = new Map<string, Int32Array>();
  for (const { name } of all.slice(0, since + 1)) {
    const answer = health(store).taskRows(name)?.value;
    if (answer?.kind === "ready") known.set(name, answer.value);
  }
  const found = crossingsNow(store, span, (labels) => rowsOfTasks(all, since, labels, known));
  const names = store.derived.classes.value;
  const unit = store.derived.unit.value;
  const name = (index: number) => names[index] ?? String(index);
  return (
    <div class="task-crossings">
      <h3>
        <label>
          Who crossed which boundary since the end of{" "}
          <select
            class="field"
            value={since}
            onChange={(event) => {
              state.sinceWish.value = Number(event.currentTarget.value);
            }}
          >
            {all.map((task, k) =>
              spans[k]?.over ? (
                <option key={task.name} value={k}>
                  {task.name}
                </option>
              ) : null,
            )}
          </select>
        </label>
      </h3>
      {typeof found === "string" ? (
        <p class="health-absent">{found}</p>
      ) : (
        <>
          <p class="health-what numeric">
            Predictions at {unit} {count(found.now)} against {unit} {count(found.before)}, of the{" "}
            {plural(found.of, "sample")} of the tasks up to it:{" "}
            {found.all.length === 0
              ? "none is predicted otherwise."
              : `${plural(
                  found.all.reduce((sum, { rows }) => sum + rows.length, 0),
                  "sample",
                )} crossed.`}
            {found.unknown > 0 && ` Of ${count(found.unknown)} more predictions are not known.`}
          </p>
          <ul>
            {found.all.slice(0, MOST).map(({ from, to, rows, lost }) => (
              <li key={`${from} ${to}`}>
                <button
                  type="button"
                  class="health-class"
                  title="Select these samples"
                  onClick={() => store.explore.selectRows(rows, "replace")}
                >
                  <Dot index={from} small /> {name(from)} → <Dot index={to} small /> {name(to)}
                  <span class="numeric health-what">
                    {" "}
                    {plural(rows.length, "sample")}, {count(lost)} {lost === 1 ? "was" : "were"} right
                  </span>
                </button>
              </li>
            ))}
          </ul>
          {found.all.length > MOST && (
            <p class="health-what">
              and {plural(found.all.length - MOST, "other crossing")} of fewer samples
            </p>
          )}
        </>
      )}
    </div>
  );
}
