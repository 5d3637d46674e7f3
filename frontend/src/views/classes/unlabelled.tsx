/** Samples without labels: nothing is right or wrong, and what was answered can be seen all the same. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { edgesAround } from "../../charts/time_scale";
import type { AnswerSet, Answers, ClassHistory } from "../../data/training_types";
import { UNKNOWN_CLASS } from "../../data/types";
import type { ClassLog } from "../../state/class_log";
import { classesView } from "../../state/classes";
import type { Store } from "../../state/store";
import { plural } from "../../ui/format";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import { sampleHeight } from "./class_panel";
import { useDrawing } from "./drawing";
import { SampleMatrix } from "./sample_matrix";

/** Of the matrix, in all: a canvas that is higher is not drawn by every browser. */
const MOST_PIXELS = 12_000;
/** The first of more samples than this are shown. */
const MOST = 2_000;
const NO_CLASSES: readonly number[] = [];

/** Answers to the probe, out of the maps that are on the client. */
function answersOf(store: Store): ClassHistory & { readonly steps: readonly number[] } {
  const ids = store.data.samples.value?.ids ?? [];
  const n = Math.min(ids.length, MOST);
  void store.data.buffered.value;
  const steps = store.derived.steps.value;
  const answers = new Uint16Array(steps.length * n).fill(UNKNOWN_CLASS);
  steps.forEach((_, t) => {
    const prediction = store.frameAt(t)?.prediction.subarray(0, n);
    if (prediction !== undefined) answers.set(prediction, t * n);
  });
  return { rows: Int32Array.from({ length: n }, (_, i) => i), ids: ids.slice(0, n), answers, steps };
}

/** A log of a set of which nothing but the steps is known. */
function bareLog(run: string, set: AnswerSet, steps: readonly number[]): ClassLog {
  const none = new Int32Array(0);
  const nothing = new Float32Array(0);
  const answers: Answers = {
    labels: none,
    size: none,
    error: new Uint8Array(0),
    whole: nothing,
    order: none,
    cluster: none,
    clusterError: nothing,
    clusters: 0,
  };
  const [snapshots, classes] = [steps.length, set.classes.length];
  return { run, set, answers, snapshots, classes, steps, edges: edgesAround(steps) };
}

export function Unlabelled(): JSX.Element | null {
  const set = useTraining().set.value;
  if (set === null) return null;
  return (
    <>
      <p class="classes-note">
        The {plural(set.count, "sample")} of '{set.name}' have no labels, so that no answer is right or wrong:
        there are no errors, groups or anomalies. Log labels, hidden.Probe((inputs, labels)), to see those.
      </p>
      {set.name === "probe" && <AnswerMatrix set={set} />}
    </>
  );
}

function AnswerMatrix({ set }: { set: AnswerSet }): JSX.Element {
  const store = useStore();
  const view = classesView(store);
  const [samples, buffered, steps] = [
    store.data.samples.value,
    store.data.buffered.value,
    store.derived.steps.value,
  ];
  const history = useMemo(() => answersOf(store), [store, samples, buffered, steps]);
  const log = useMemo(() => bareLog(store.view.run.peek(), set, history.steps), [store, set, history]);
  const drawing = useDrawing(log, null, NO_CLASSES, false);
  const n = history.rows.length;
  const height = Math.min(sampleHeight(n, view.sampleHeight.value), Math.max(1, MOST_PIXELS / n));
  return (
    <section aria-label="Answers">
      <p class="classes-note">
        What was answered to each of {n < set.count ? `the first ${n.toLocaleString("en-US")}` : "them"}, in
        the colours of the classes; what is hatched was not loaded yet.
      </p>
      <SampleMatrix drawing={drawing} history={history} label={-1} height={height} from={0} to={n * height} />
    </section>
  );
}
