/** A class that is open: what was answered to each of its samples over time, and which of them can be selected together. */
import type { JSX } from "preact";
import type { ClassHistory } from "../../data/training_types";
import { UNKNOWN_CLASS } from "../../data/types";
import type { ClassLog } from "../../state/class_log";
import { classesView } from "../../state/classes";
import { IconButton } from "../../ui/button";
import { plural } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import { useAnswer } from "../training/use_answer";
import { nextHeight } from "./class_controls";
import type { Drawing } from "./drawing";
import { SampleMatrix } from "./sample_matrix";
import { cssOf } from "./use_paint";
import { nearestSnapshot, timeWords } from "./words";

/** Of a sample's row, CSS pixels. */
const SAMPLE_HEIGHTS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32] as const;
/** A class is to fit into this, CSS pixels, while its rows can be told apart. */
const FITTING = 320;
const LEAST = 2;
const HIGHEST = 12;
const BAR = 30;
const PADDING = 8;

/** Height of the row of a sample, CSS pixels. */
export function sampleHeight(samples: number, wished: number | null): number {
  if (wished !== null) return wished;
  const fitting = SAMPLE_HEIGHTS.filter((height) => height <= HIGHEST && height * samples <= FITTING);
  return Math.max(LEAST, fitting.at(-1) ?? 0);
}

/** Of an open class, CSS pixels. */
export function panelHeight(samples: number, wished: number | null): number {
  return BAR + samples * sampleHeight(samples, wished) + PADDING;
}

interface ClassPanelProps {
  readonly drawing: Drawing;
  readonly index: number;
  /** What of it is in sight, CSS pixels from its top. */
  readonly from: number;
  readonly to: number;
}

export function ClassPanel({ drawing, index, from, to }: ClassPanelProps): JSX.Element {
  const view = classesView(useStore());
  const state = useTraining();
  const { log } = drawing;
  const subject = `${state.log.value?.index.run} ${log.set.name} ${index}`;
  const { value: history, problem } = useAnswer(view.history(index), subject);
  const size = log.answers.size[index] ?? 0;
  const height = sampleHeight(size, view.sampleHeight.value);
  return (
    <section class="class-panel" aria-label="Samples of the class">
      <PanelBar log={log} index={index} history={history} drawing={drawing} height={height} />
      {history === null ? (
        <p class="classes-note" role="status">
          {problem || "asking for the answers…"}
        </p>
      ) : (
        <SampleMatrix
          drawing={drawing}
          history={history}
          label={index}
          height={height}
          from={from - BAR}
          to={to - BAR}
        />
      )}
    </section>
  );
}

interface PanelBarProps {
  readonly log: ClassLog;
  readonly index: number;
  readonly history: ClassHistory | null;
  readonly drawing: Drawing;
  readonly height: number;
}

function PanelBar({ log, index, history, drawing, height }: PanelBarProps): JSX.Element {
  const store = useStore();
  const state = useTraining();
  const view = classesView(store);
  const { right, wrong } = drawing.paint;
  const now = useDerived(() => nearestSnapshot(log.steps, state.now.value), [log, state]).value;
  const byAnswer = view.sampleColours.value === "answer";
  const n = history?.rows.length ?? 0;
  const wrongNow = () =>
    (history?.ids ?? []).filter((_, i) => {
      const answer = history?.answers[now * n + i] ?? UNKNOWN_CLASS;
      return answer !== UNKNOWN_CLASS && answer !== index;
    });
  const wrongCount = useDerived(() => wrongNow().length, [history, now, index]).value;
  return (
    <div class="panel-bar" title="One row a sample, like histories beside each other">
      <span class="panel-legend">
        {byAnswer ? (
          "colour: the class that was answered"
        ) : (
          <>
            <i style={{ background: cssOf(right) }} /> right <i style={{ background: cssOf(wrong) }} /> wrong
          </>
        )}
      </span>
      <button
        type="button"
        class="text-button"
        aria-pressed={byAnswer}
        onClick={() => {
          view.sampleColours.value = byAnswer ? "right" : "answer";
        }}
      >
        {byAnswer ? "show right and wrong" : "show answers"}
      </button>
      <button
        type="button"
        class="text-button"
        disabled={wrongCount === 0}
        onClick={() => view.select(wrongNow())}
      >
        select {history === null ? "those" : plural(wrongCount, "sample")} wrong at{" "}
        {timeWords(store.derived.unit.value, log.steps[now])}
      </button>
      <button
        type="button"
        class="text-button"
        disabled={n === 0}
        onClick={() => view.select(history?.ids ?? [])}
      >
        select all {n.toLocaleString("en-US")}
      </button>
      <span>
        {[-1, 1].map((way) => (
          <IconButton
            key={way}
            icon={way === 1 ? "plus" : "minus"}
            size={15}
            label={way === 1 ? "Higher samples (from 16 pixels on with pictures and names)" : "Lower samples"}
            onClick={() => {
              view.sampleHeight.value = nextHeight(SAMPLE_HEIGHTS, height, way as 1 | -1);
            }}
          />
        ))}
      </span>
    </div>
  );
}
