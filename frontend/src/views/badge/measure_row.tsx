/** One number of a map's faithfulness: what it means, where it stands against chance, and how it went over training. */
import type { JSX } from "preact";
import { MeasureHistory } from "../../charts/measure_history";
import { MeasureTrack } from "../../charts/measure_track";
import { extent } from "../../charts/sparkline";
import type { FramesIndex } from "../../data/types";
import { useStore } from "../store_context";
import { floorOf, grade, inWords, type Measure, measured } from "./measures";

interface Props {
  readonly measure: Measure;
  readonly frames: FramesIndex;
  readonly frame: number;
}

/** Upper end of a measure's scale: 1 for shares, so that they can be compared; else the largest value, and at least what is fair. */
function topOf(measure: Measure, column: readonly (number | null)[]): number {
  if (measure.unit === "share") return 1;
  return Math.max(extent(column.map((y, x) => ({ x, y })))[1], measure.limits?.[1] ?? 0);
}

/** The row. */
export function MeasureRow({ measure, frames, frame }: Props): JSX.Element {
  const store = useStore();
  const value = measured(frames.faithfulness, measure.key, frame);
  const floor = floorOf(measure, frames.faithfulness, frame);
  const column = frames.faithfulness[measure.key] ?? [];
  const floors = measure.floor === null ? null : (frames.faithfulness[measure.floor] ?? null);
  const judged = grade(measure, value, floor);
  const top = topOf(measure, column);
  const chance = floor === null ? "" : `${measure.floorName} ${inWords(measure, floor)}`;
  return (
    <li class="measure" data-grade={judged}>
      <h3>
        <span class="grade-dot small-dot" data-grade={judged} aria-hidden="true" />
        {measure.name}
      </h3>
      <p class="measure-value numeric">
        <span class="faint">{chance}</span>
        <b>{inWords(measure, value)}</b>
      </p>
      <MeasureTrack
        label={`${measure.name}: ${inWords(measure, value)}${chance === "" ? "" : `, ${chance}`}`}
        value={value}
        floor={floor}
        top={top}
      />
      <MeasureHistory
        label={`${measure.name} over training`}
        steps={frames.steps}
        values={column}
        floors={floors}
        current={frame}
        top={top}
        onPick={(picked) => store.seek(frames.steps[picked] ?? 0)}
      />
      <p class="measure-words faint">
        {measure.meaning} <span class="measure-doubt">{measure.doubt}</span>
      </p>
    </li>
  );
}
