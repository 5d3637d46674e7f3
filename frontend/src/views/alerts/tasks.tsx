/** Why this file: which task was learned when, under the time axis. */
import type { JSX } from "preact";
import { alerts } from "../../state/alerts";
import { classColours } from "../../theme/palettes";
import { plural } from "../../ui/format";
import { useStore } from "../store_context";
import type { AxisScale } from "../timeline/axis_scale";

const css = (share: number) => `${(share * 100).toFixed(4)}%`;

/** One band a task that has begun, from its first step to the next one's; a click goes there. */
export function TaskSpans({ scale }: { scale: AxisScale }): JSX.Element | null {
  const store = useStore();
  const tasks = alerts(store).tasks.value;
  const begun = tasks.flatMap(({ name, step, count }, i) =>
    step === null ? [] : [{ name, step, count, i }],
  );
  if (begun.length === 0) return null;
  const colours = classColours(tasks.length, store.transient.dark.value);
  return (
    <fieldset class="task-spans" aria-label="Tasks" onPointerDown={(event) => event.stopPropagation()}>
      {begun.map(({ name, step, count, i }, at) => {
        const from = scale.at(step);
        const to = scale.at(begun[at + 1]?.step ?? scale.high);
        const first = step.toLocaleString("en-US");
        return (
          <button
            key={name}
            type="button"
            class="task-span"
            style={{ left: css(from), width: css(Math.max(0, to - from)), "--task": colours[i] }}
            title={`Task ${name}, from step ${first}: ${plural(count, "sample")} of the probe`}
            aria-label={`task ${name}, from step ${first}`}
            onClick={() => {
              store.view.playing.value = false;
              store.seek(step);
            }}
          >
            <span class="task-name">{name}</span>
          </button>
        );
      })}
    </fieldset>
  );
}
