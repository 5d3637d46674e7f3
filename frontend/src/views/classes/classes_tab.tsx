/** The tab Classes: which classes and samples the model gets wrong, when that changes, and where many change together. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { ClassLog } from "../../state/class_log";
import { classesView } from "../../state/classes";
import { plural } from "../../ui/format";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import { TabFrame } from "../training/tab_frame";
import { AnomalyList } from "./anomaly_list";
import { ClassControls } from "./class_controls";
import { ClassList } from "./class_list";
import { useDrawing } from "./drawing";
import { Groups, Legend, WholeStrip } from "./overview";
import { Unlabelled } from "./unlabelled";

export function ClassesTab(): JSX.Element {
  const view = classesView(useStore());
  const state = useTraining();
  const set = state.set.value;
  const labelled = set?.labelled === true;
  const absent =
    set === null
      ? "This run has no answers over time. Those to the probe are logged at every add_hidden when it has labels, hidden.Probe((inputs, labels)); those to any other samples with writer.add_outcomes(ids, predictions, labels, global_step=step)."
      : set.steps.length === 0
        ? "No answers were logged yet: they come with the first snapshot."
        : "";
  return (
    <TabFrame controls={labelled ? <ClassControls /> : null} compares={labelled} absent={absent}>
      {labelled && view.log.value.value !== null && <Classes log={view.log.value.value} />}
      {labelled && view.log.value.value === null && (
        <p class="classes-note" role="status">
          {view.log.problem.value || "asking for the answers…"}
        </p>
      )}
      {set !== null && !labelled && <Unlabelled />}
    </TabFrame>
  );
}

function Classes({ log }: { log: ClassLog }): JSX.Element {
  const view = classesView(useStore());
  const scroller = useRef<HTMLElement | null>(null);
  const drawing = useDrawing(
    log,
    view.other.value.value,
    view.otherClass.value,
    view.compareAs.value === "difference",
  );
  const shown = view.shown.value.length;
  const [cluster, only] = [view.cluster.value, view.onlyAnomalous.value];
  const said = [cluster === null ? "" : "of one group", only ? "with anomalies" : ""]
    .filter(Boolean)
    .join(" ");
  return (
    <div
      class="classes"
      ref={(element) => {
        scroller.current = element?.closest<HTMLElement>(".plot-scroll") ?? null;
      }}
    >
      <WholeStrip drawing={drawing} />
      <AnomalyList log={log} />
      <Legend drawing={drawing} />
      {view.clustered.value && log.answers.clusters > 1 && <Groups drawing={drawing} />}
      <p class="classes-head">
        {plural(shown, "class").replace("classs", "classes")} {said}
        {said !== "" && (
          <button
            type="button"
            class="text-button"
            onClick={() => {
              view.cluster.value = null;
              view.onlyAnomalous.value = false;
            }}
          >
            show all
          </button>
        )}
      </p>
      <ClassList drawing={drawing} scroller={scroller} />
    </div>
  );
}
