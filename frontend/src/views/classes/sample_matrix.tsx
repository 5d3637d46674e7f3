/** Why this file: samples against snapshots, what was answered as pixels; of a high matrix what is in sight is painted alone. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { answerLine } from "../../charts/heat";
import { fillRows, putPixels, wordOf } from "../../charts/pixels";
import { bucketAt } from "../../charts/time_scale";
import type { ClassHistory } from "../../data/training_types";
import { UNKNOWN_CLASS } from "../../data/types";
import { classNameOf } from "../../state/class_log";
import { classesView } from "../../state/classes";
import { rowOf } from "../../state/selection";
import { classColours, NEUTRAL } from "../../theme/palettes";
import { plural } from "../../ui/format";
import { Thumb } from "../inspector/thumb";
import { useStore } from "../store_context";
import { Plot } from "../training/plot";
import { useTimeScale } from "../training/plot_area";
import type { Drawing } from "./drawing";
import { pixelRatio } from "./use_paint";
import { learningWords, timeWords } from "./words";

/** CSS pixels from which on a sample has its picture and name, and from which on there is a gap between samples. */
const NAMED = 16;
const APART = 6;
/** What is painted grows and moves by so many CSS pixels, so that scrolling seldom paints. */
const PIECE = 256;

interface SampleMatrixProps {
  readonly drawing: Drawing;
  readonly history: ClassHistory;
  /** The class of all of them; -1: they have none. */
  readonly label: number;
  readonly height: number;
  /** What of it is in sight, CSS pixels. */
  readonly from: number;
  readonly to: number;
}

/** Samples [first, end) to be painted. */
export function inSight(samples: number, height: number, from: number, to: number): [number, number] {
  const first = Math.floor((Math.floor(from / PIECE) * PIECE) / height);
  const end = Math.ceil((Math.ceil(to / PIECE) * PIECE) / height);
  return [Math.min(Math.max(0, first), samples), Math.min(Math.max(0, end), samples)];
}

export function SampleMatrix({ drawing, history, label, height, from, to }: SampleMatrixProps): JSX.Element {
  const store = useStore();
  const view = classesView(store);
  const scale = useTimeScale();
  const { log, columns, paint } = drawing;
  const dark = store.transient.dark.value;
  const n = history.rows.length;
  const [first, end] = inSight(n, height, from, to);
  const byAnswer = view.sampleColours.value === "answer" || label < 0;
  const colours = useMemo(() => {
    const classes = byAnswer ? Uint32Array.from(classColours(log.classes, dark), wordOf) : null;
    return {
      right: paint.right,
      wrong: paint.wrong,
      classes,
      other: wordOf(NEUTRAL[dark ? "dark" : "light"]),
    };
  }, [byAnswer, dark, log.classes, paint]);
  const pointed = (event: MouseEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const sample = first + Math.floor((event.clientY - box.top) / height);
    return { sample: Math.min(sample, n - 1), time: scale.time(event.clientX - box.left) };
  };
  const say = (event: MouseEvent) => {
    const { sample, time } = pointed(event);
    const unit = store.derived.unit.peek();
    const snapshot = bucketAt(log.edges, time);
    const answer = history.answers[snapshot * n + sample] ?? UNKNOWN_CLASS;
    const said =
      answer === UNKNOWN_CLASS
        ? "not seen"
        : `answered '${classNameOf(log.set, answer)}'${answer === label ? ", right" : label < 0 ? "" : ", wrong"}`;
    const learned = label < 0 ? "" : `; ${learningWords(history, sample, label, log.steps, unit)}`;
    (event.currentTarget as HTMLElement).title =
      `sample ${history.ids[sample]}: ${said} at ${timeWords(unit, log.steps[snapshot])}${learned}`;
  };
  return (
    <div class="sample-matrix" style={{ height: `${n * height}px` }}>
      {height >= NAMED && <Names history={history} first={first} end={end} height={height} />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: higher rows have buttons beside them. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: higher rows have buttons beside them. */}
      <div
        class="heat sample-pixels"
        style={{ top: `${first * height}px` }}
        onPointerMove={say}
        onClick={(event) => view.select([history.ids[pointed(event).sample] as string | number])}
      >
        <Plot
          height={(end - first) * height}
          label={`Answers to ${plural(n, "sample")}, one row each`}
          inputs={[history, first, end, height, columns, colours, paint]}
          draw={(context) => {
            const ratio = pixelRatio();
            const width = columns.first.length;
            const pixels = new Uint32Array(width * Math.round((end - first) * height * ratio));
            const gap = height >= APART ? 1 : 0;
            for (let i = first; i < end; i++) {
              const line = answerLine(history.answers, n, i, label, columns, colours);
              const [top, bottom] = [(i - first) * height, (i - first + 1) * height - gap].map((y) =>
                Math.round(y * ratio),
              ) as [number, number];
              fillRows(pixels, line, top, bottom - top, paint.hatch);
            }
            putPixels(context, pixels, width);
          }}
        />
      </div>
    </div>
  );
}

interface NamesProps {
  readonly history: ClassHistory;
  readonly first: number;
  readonly end: number;
  readonly height: number;
}

/** Picture and id of each sample, where it is high enough. */
function Names({ history, first, end, height }: NamesProps): JSX.Element {
  const store = useStore();
  const view = classesView(store);
  const samples = store.data.samples.value;
  const mask = store.explore.selectedMask.value;
  const rows = samples === null ? null : rowOf(samples);
  return (
    <ul class="sample-names">
      {history.ids.slice(first, end).map((id, i) => {
        const row = rows?.get(String(id)) ?? -1;
        return (
          <li key={String(id)} style={{ top: `${(first + i) * height}px`, height: `${height}px` }}>
            <button
              type="button"
              class="class-name"
              aria-pressed={row >= 0 && mask?.[row] === 1}
              title={row < 0 ? "Space does not have this sample" : "Select this sample"}
              onClick={() => view.select([id])}
            >
              {row >= 0 && <Thumb row={row} size={height - 2} />}
              <span class="class-text">{id}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
