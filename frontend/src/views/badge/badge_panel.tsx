/** Every number of one map: what it means, what chance would reach, how it went over training, and how the map was made. */
import type { JSX } from "preact";
import type { FramesIndex } from "../../data/types";
import { useStore } from "../store_context";
import { LiesSwitch } from "./lies_switch";
import { MapFacts, MapMethod } from "./map_facts";
import { MeasureRow } from "./measure_row";
import { type Grade, MEASURES } from "./measures";

interface Props {
  readonly frames: FramesIndex;
  readonly frame: number;
  readonly grade: Grade;
  readonly summary: string;
}

/** The contents of the badge's panel. Measures that this method never took have no row, those it lacks here a dash. */
export function BadgePanel({ frames, frame, grade, summary }: Props): JSX.Element {
  const { unit } = useStore().derived;
  const reason = frames.reason[frame] ?? "";
  const known = MEASURES.filter((m) => frames.faithfulness[m.key]?.some((v) => v !== null) === true);
  return (
    <>
      <header class="panel-head">
        <span class="grade-dot" data-grade={grade} aria-hidden="true" />
        <h2>{summary.charAt(0).toUpperCase() + summary.slice(1)}</h2>
        <span class="faint numeric">
          {unit.value} {frames.steps[frame]?.toLocaleString("en-US")}
        </span>
      </header>
      <MapMethod frames={frames} frame={frame} />
      {reason !== "" && <p class="panel-reason">{reason}</p>}
      <LiesSwitch />
      <ul class="measures">
        {known.map((measure) => (
          <MeasureRow key={measure.key} measure={measure} frames={frames} frame={frame} />
        ))}
      </ul>
      <MapFacts frames={frames} frame={frame} />
    </>
  );
}
