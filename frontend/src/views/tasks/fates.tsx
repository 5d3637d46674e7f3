/** Why this file: whether the head or the representation forgot: accuracy and linear-probe accuracy of every old task. */
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { MARGIN, SmallMultiple } from "../../charts/small_multiple";
import { timeScale } from "../../charts/time_scale";
import { healthView } from "../../state/health_view";
import { type Fate, tasks } from "../../state/tasks";
import { count } from "../../ui/format";
import { STAMP_HEIGHT, shareTick } from "../health/stamp";
import { useColumns } from "../health/use_columns";
import { useStore } from "../store_context";
import { fateWords } from "./words";

const WHOLE = [0, 1] as const;
const COLOURS = { accuracy: "var(--text)", probe: "var(--focus)" } as const;
const DASHES = `repeating-linear-gradient(90deg, ${COLOURS.probe} 0 5px, transparent 5px 7px)`;

export function Fates(): JSX.Element | null {
  const store = useStore();
  const state = tasks(store);
  const box = useRef<HTMLDivElement>(null);
  const fit = useColumns(box);
  const fates = state.fates.value;
  if (fates.length === 0) return null;
  return (
    <div class="task-fates" ref={box}>
      <h3 title="A linear probe is fitted to the layer as it is: while it still tells the task's classes apart the layer has not forgotten them, only the network's head does not ask for them any more.">
        Head or representation{" "}
        <span class="health-what">
          of the tasks that are over, in {healthView(store).detail.value}
          <i class="health-swatch" style={{ background: COLOURS.accuracy }} aria-hidden="true" /> accuracy
          <i class="health-swatch" style={{ background: DASHES }} aria-hidden="true" /> linear probe
        </span>
      </h3>
      <div class="health-stamps" style={{ gridTemplateColumns: `repeat(${fit.columns}, ${fit.width}px)` }}>
        {fates.map((fate) => (
          <OneFate key={fate.task} fate={fate} width={fit.width} />
        ))}
      </div>
    </div>
  );
}

function OneFate({ fate, width }: { fate: Fate; width: number }): JSX.Element {
  const store = useStore();
  const view = healthView(store);
  const state = tasks(store);
  const { clock } = view;
  const name = state.all.value[fate.task]?.name ?? "";
  const classes = state.all.value[fate.task]?.classes.length ?? 0;
  const [accuracy, probe] = [state.columns("accuracy"), state.columns("probe_accuracy")];
  const { from, to } = view.window.value;
  const inner = Math.max(1, width - MARGIN.left - MARGIN.right);
  const scale = useMemo(() => timeScale(from, to, inner), [from, to, inner]);
  const lines = [
    { name: "accuracy", found: accuracy, colour: COLOURS.accuracy, dashed: false },
    { name: "linear probe", found: probe, colour: COLOURS.probe, dashed: true },
  ].flatMap(({ found, ...line }) => {
    const values = found?.columns[fate.task];
    return found && values ? [{ ...line, times: found.steps, values }] : [];
  });
  const words = fateWords(name, fate);
  return (
    <figure class="health-stamp">
      <figcaption class="task-fate" data-loss={fate.loss}>
        {words}
      </figcaption>
      <SmallMultiple
        label={`Accuracy and linear-probe accuracy over time. ${words}`}
        scale={scale}
        height={STAMP_HEIGHT}
        lines={lines}
        least={1}
        bounds={WHOLE}
        tick={shareTick}
        changes={view.changes.value.filter(({ kind }) => kind === "task")}
        {...(classes > 1 && { floor: 1 / classes })}
        ends={[`${store.derived.unit.value} ${count(from)}`, count(to)]}
        now={clock.now}
        hover={clock.hover}
        onHover={(time) => {
          clock.hover.value = time;
        }}
        onSeek={(time) => clock.goTo(time)}
      />
    </figure>
  );
}
