/** Why this file: the tasks by name and colour, and what can be done with one: look at it alone, select it, colour by tasks. */
import type { JSX } from "preact";
import { health } from "../../state/health";
import { tasks } from "../../state/tasks";
import { classColours } from "../../theme/palettes";
import { plural } from "../../ui/format";
import { useStore } from "../store_context";

/** Column of the samples that says which task they belong to. */
const COLUMN = "task";

export function TaskList(): JSX.Element {
  const store = useStore();
  const { explore, colouring, view } = store;
  const all = tasks(store).all.value;
  const colours = classColours(all.length, store.transient.dark.value);
  const column = explore.schema.value?.find(COLUMN);
  const coloured = colouring.by.value === COLUMN;
  // Only a column of categories has one value a sample.
  const values = column?.kind === "category" ? column.values : [];
  const query = (name: string) => `${COLUMN} = ${JSON.stringify(name)}`;
  const unit = store.derived.unit.value;
  return (
    <div class="tasks-list" role="toolbar" aria-label="Tasks">
      {all.map(({ name, step, count }, k) => {
        const alone = explore.filtering.value && explore.text.value === query(name);
        return (
          <span key={name} class="task-chip" style={{ "--task": colours[k] }}>
            <button
              type="button"
              class="task-button"
              title={`Select the ${plural(count, "sample")} of '${name}'`}
              onClick={() => selectTask(store, name)}
            >
              {name}
              <span class="health-what">
                {step === null ? " to come" : ` from ${unit} ${step.toLocaleString("en-US")}`}
              </span>
            </button>
            {values.includes(name) && (
              <button
                type="button"
                class="task-button"
                aria-pressed={alone}
                title={alone ? "Show all samples on the map again" : `Fade all but '${name}' on the map`}
                onClick={() => {
                  explore.text.value = alone ? "" : query(name);
                  explore.filtering.value = !alone;
                }}
              >
                alone
              </button>
            )}
          </span>
        );
      })}
      {column !== undefined && (
        <button
          type="button"
          class="pill"
          aria-pressed={coloured}
          title="Colour the samples on the map by their task"
          onClick={() => {
            colouring.by.value = coloured ? "" : COLUMN;
            if (!coloured) view.tab.value = "space";
          }}
        >
          colour the map by task
        </button>
      )}
    </div>
  );
}

/** The task's samples, by the rows that were logged. */
function selectTask(store: ReturnType<typeof useStore>, name: string): void {
  const answer = health(store).taskRows(name);
  if (answer === null) return;
  let done = false;
  const stop = answer.subscribe((now) => {
    if (now.kind !== "ready" || done) return;
    done = true;
    store.explore.selectRows(now.value, "replace");
  });
  // Asked again by another press, when it failed.
  setTimeout(stop, PATIENCE_MS);
}

/** For how long an answer is waited for. */
const PATIENCE_MS = 5_000;
