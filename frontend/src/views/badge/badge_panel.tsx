/** Every number of one map: what it means, what chance would reach, how it went over training, and how the map was made. */
import type { JSX } from "preact";
import { MeasureHistory } from "../../charts/measure_history";
import type { FramesIndex, LandscapeKind } from "../../data/types";
import { duration, plain } from "../../ui/format";
import { useStore } from "../store_context";
import { floorOf, type Grade, grade as gradeOf, inWords, MEASURES, type Measure, measured } from "./measures";

/** Where the background's colours come from. */
export function landscapeWords(kind: LandscapeKind): string {
  switch (kind) {
    case "linear":
      return "the model's own linear head";
    case "program":
      return "the rest of the model itself";
    case "surrogate":
      return "a stand-in fitted to the model's outputs";
    default:
      return "none for this map";
  }
}

interface Props {
  readonly frames: FramesIndex;
  readonly frame: number;
  readonly grade: Grade;
  readonly summary: string;
}

/** The contents of the badge's panel. */
export function BadgePanel({ frames, frame, grade, summary }: Props): JSX.Element {
  const store = useStore();
  const { unit } = store.derived;
  const step = frames.steps[frame];
  const reason = frames.reason[frame] ?? "";
  const seconds = frames.seconds[frame] ?? null;
  const k = measured(frames.faithfulness, "k", frame);
  const known = MEASURES.filter((m) => frames.faithfulness[m.key]?.some((v) => v !== null) === true);
  return (
    <>
      <header class="panel-head">
        <span class="grade-dot" data-grade={grade} aria-hidden="true" />
        <h2>{summary.charAt(0).toUpperCase() + summary.slice(1)}</h2>
        <span class="faint numeric">
          {unit.value} {step?.toLocaleString("en-US")}
        </span>
      </header>
      {reason !== "" && <p class="panel-reason">{reason}</p>}
      <ul class="measures">
        {known.map((measure) => (
          <MeasureRow key={measure.key} measure={measure} frames={frames} frame={frame} />
        ))}
      </ul>
      <dl class="panel-facts">
        <dt>Background</dt>
        <dd>{landscapeWords(frames.landscape[frame] ?? null)}</dd>
        <dt>Method</dt>
        <dd>
          {store.view.method.value}
          <span class="faint"> {settingsWords(frames.settings)}</span>
        </dd>
        {k !== null && (
          <>
            <dt>Neighbours</dt>
            <dd class="numeric">the {plain(k)} nearest, the sample itself not counted</dd>
          </>
        )}
        {seconds !== null && (
          <>
            <dt>Made in</dt>
            <dd class="numeric">{duration(seconds)}, outside the training process</dd>
          </>
        )}
      </dl>
    </>
  );
}

/** The method's settings as the method names them. */
export function settingsWords(settings: FramesIndex["settings"]): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${typeof value === "number" ? plain(value) : String(value)}`)
    .join(", ");
}

function MeasureRow({
  measure,
  frames,
  frame,
}: {
  measure: Measure;
  frames: FramesIndex;
  frame: number;
}): JSX.Element {
  const value = measured(frames.faithfulness, measure.key, frame);
  const floor = floorOf(measure, frames.faithfulness, frame);
  const column = frames.faithfulness[measure.key] ?? [];
  const floors = measure.floor === null ? null : (frames.faithfulness[measure.floor] ?? null);
  return (
    <li class="measure">
      <div class="measure-words">
        <h3>
          <span class="grade-dot small-dot" data-grade={gradeOf(measure, value, floor)} aria-hidden="true" />
          {measure.name}
        </h3>
        <p class="faint">{measure.meaning}</p>
      </div>
      <div class="measure-value numeric">
        <b>{inWords(measure, value)}</b>
        {floor !== null && (
          <span class="faint">
            {measure.floorName} {inWords(measure, floor)}
          </span>
        )}
      </div>
      <MeasureHistory
        label={`${measure.name} over training`}
        steps={frames.steps}
        values={column}
        floors={floors}
        current={frame}
        share={measure.unit === "share"}
      />
    </li>
  );
}
