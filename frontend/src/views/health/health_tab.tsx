/** Why this file: the tab Health, from top to bottom: what went wrong, what was measured of each layer, and of each task. */
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { health } from "../../state/health";
import { healthView } from "../../state/health_view";
import { AlertPanel } from "../alerts/panel";
import { useStore } from "../store_context";
import { TasksSection } from "../tasks/tasks_section";
import { ClassTable } from "./class_table";
import { LayerPicker } from "./layer_picker";
import { groupsOf, layerColours } from "./lines";
import { PairMap } from "./pair_map";
import { Path } from "./path";
import { Stamp } from "./stamp";
import { useColumns } from "./use_columns";

export function HealthTab(): JSX.Element {
  const store = useStore();
  const measured = healthView(store).layers.value.length > 0 || health(store).layers.value.length > 0;
  return (
    <div class="health-tab">
      <div class="health-alerts">
        <AlertPanel />
      </div>
      {measured && <Measures />}
      <TasksSection />
    </div>
  );
}

function Measures(): JSX.Element {
  const store = useStore();
  const view = healthView(store);
  const page = useRef<HTMLDivElement>(null);
  const fit = useColumns(page);
  const [shown, series, dark] = [view.shown.value, view.series.value, store.transient.dark.value];
  const colours = useMemo(() => layerColours(shown, dark), [shown, dark]);
  const groups = useMemo(() => groupsOf(series, colours), [series, colours]);
  return (
    <div ref={page} class="health-measures">
      <LayerPicker colours={colours} />
      {view.problem.value !== "" && <p class="plot-problem">{view.problem.value}</p>}
      {series.size === 0 && view.problem.value === "" && (
        <p class="health-absent" role="status">
          asking for the measures…
        </p>
      )}
      {view.detail.value !== "" && series.size > 0 && (
        <div class="health-detail">
          <Path />
          <PairMap />
          <ClassTable />
        </div>
      )}
      {groups.map(({ name, title, says, charts }) => (
        <section key={name} class="health-group">
          <h3>
            {title} <span class="health-what">{says}</span>
          </h3>
          <div
            class="health-stamps"
            style={{ gridTemplateColumns: `repeat(${fit.columns}, ${fit.width}px)` }}
          >
            {charts.map((chart) => (
              <Stamp key={chart.measure.name} chart={chart} width={fit.width} />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
