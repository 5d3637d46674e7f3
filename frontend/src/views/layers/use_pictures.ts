/** Why this file: what each row draws: the series of one run, of two, or their difference, each on a scale. */
import { useMemo, useRef } from "preact/hooks";
import { differences, inColumns, type Strip, type ValueScale, valueScale } from "../../charts/strip";
import type { TimeScale } from "../../charts/time_scale";
import type { Series } from "../../data/training_types";
import type { TreeNode } from "../../state/layer_tree";
import { layers, type Measure } from "../../state/layers";
import type { RowSpan } from "../../state/row_span";
import type { Window } from "../../state/training";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import type { Picture } from "./layer_row";
import { type Side, type Strips, spanFor, useClock, useStrips } from "./use_strips";
import { whyNone } from "./words";

interface Wanted {
  readonly side: Side;
  readonly blocks: readonly (readonly TreeNode[])[];
  readonly measure: Measure;
  readonly span: RowSpan | null;
  /** Of this run, where it is known. */
  readonly clock: Series | null;
  readonly scale: TimeScale;
}

export interface Pictures {
  readonly of: (node: TreeNode) => readonly Picture[];
  /** What the pictures show: of a difference, something else than what was asked for. */
  readonly measure: Measure;
  /** Where all rows have one. */
  readonly common: ValueScale | null;
  readonly problem: string;
}

/** Places of a stretch by the names of its layers and the paths of its modules. */
function placesOf(side: Side): ReadonlyMap<string, number> {
  const stretch = side.log.index.parameters?.stretches[side.stretch];
  const names = (stretch?.layers ?? []).map(({ name }) => name);
  const paths = (stretch?.nodes ?? []).map(({ path }) => path);
  return new Map([...names, ...paths].map((name, place) => [name, place]));
}

/** The last part of the other run's log. */
function useOther(): Side | null {
  const log = useTraining().otherLog.value;
  const last = (log?.index.parameters?.stretches.length ?? 0) - 1;
  return log === null || last < 0 ? null : { log, stretch: last };
}

export function usePictures({ side, blocks, measure, span, clock, scale }: Wanted): Pictures {
  const chosen = layers(useStore());
  const state = useTraining();
  const zoomed: Window | null = state.zoomed.value;
  const asked = { measure, width: scale.width };
  const placesHere = blocks.map((block) => block.filter((node) => node.place >= 0).map(({ place }) => place));
  const here = useStrips({ ...asked, side, blocks: placesHere, span });

  const other = useOther();
  const bySteps = chosen.bySteps.value;
  const alongside = bySteps ? clock : null;
  // Until the clocks are known the pictures would lie at the wrong place.
  const ready = other !== null && (!bySteps || clock !== null);
  const otherClock = useClock(ready && zoomed !== null ? other : null);
  const known = other === null ? null : placesOf(other);
  const placeThere = (node: TreeNode) => known?.get(node.key);
  const placesThere = blocks.map((block) => block.map(placeThere).filter((place) => place !== undefined));
  const there = useStrips({
    ...asked,
    side: ready ? other : null,
    blocks: placesThere.filter((places) => places.length > 0),
    span: spanFor(otherClock, zoomed, alongside),
    alongside,
  });

  const runs = [side.log.index.run, state.otherRun.value] as const;
  const beside = runs[1] !== "";
  const asOne = beside && chosen.difference.value;
  const shown = useMemo(() => (asOne ? ofDifference(measure) : measure), [asOne, measure]);
  const made = useRef(new Map<string, Made>());
  const stripsOf = (node: TreeNode): readonly (Strip | null)[] => {
    const first = here.of.get(node.place) ?? null;
    if (!beside) return [first];
    const second = otherStrip(there, placeThere(node));
    return asOne ? [difference(made.current, node.key, first, second, measure, scale)] : [first, second];
  };
  const around = shown.kind === "signed" && shown.drawn !== "box";
  const kind = around ? "signed" : shown.log ? "log" : "linear";
  const scaleOf = (strips: readonly (Strip | null)[]): ValueScale => {
    // A box reaches from the least to the greatest of all.
    const taken = strips.flatMap((strip) => {
      const all = strip?.statistics ?? [];
      return shown.drawn === "box" ? all : all.slice(shown.index, shown.index + 1);
    });
    return valueScale(taken, kind, shown.drawn === "horizon");
  };
  const common = chosen.sameScale.value ? scaleOf(blocks.flat().flatMap(stripsOf)) : null;
  const missingThere =
    state.otherProblem.value || (other === null ? missing(state.otherLog.value !== null) : "");
  return {
    measure: shown,
    common,
    problem: here.problem || there.problem,
    of: (node) => {
      const strips = stripsOf(node);
      const values = common ?? scaleOf(strips);
      const why = whyNone(measure, node);
      const lacks = beside && other !== null && placeThere(node) === undefined;
      const absent = lacks ? `${runs[1]} has no layer of this name` : missingThere;
      return strips.map((strip, i) => ({
        strip,
        values,
        run: beside ? (runs[i] as string) : "",
        missing: why || (beside && (i === 1 || asOne) ? absent : ""),
      }));
    },
  };
}

function missing(known: boolean): string {
  return known ? "the other run has no training log of its weights" : "asking for the other run…";
}

function otherStrip(there: Strips, place: number | undefined): Strip | null {
  return place === undefined ? null : (there.of.get(place) ?? null);
}

/** Differences are of one statistic, to either side of 0. */
function ofDifference(measure: Measure): Measure {
  const drawn = measure.drawn === "line" ? "line" : "horizon";
  return { ...measure, drawn, index: 0, kind: "signed", log: false };
}

interface Made {
  readonly inputs: readonly unknown[];
  readonly strip: Strip;
}

/** The difference as a strip with a bucket for each pixel; the same object while nothing has changed. */
function difference(
  made: Map<string, Made>,
  key: string,
  first: Strip | null,
  second: Strip | null,
  { index, log }: Measure,
  scale: TimeScale,
): Strip | null {
  const [a, b] = [first?.statistics[index], second?.statistics[index]];
  if (first === null || second === null || a === undefined || b === undefined) return null;
  const inputs = [first, second, index, log, scale];
  const known = made.get(key);
  if (known !== undefined && inputs.every((input, i) => input === known.inputs[i])) return known.strip;
  const columns = Math.max(1, Math.round(scale.width));
  const spread = differences(
    inColumns(first.times, a, scale, columns),
    inColumns(second.times, b, scale, columns),
    log,
  );
  const times = Float64Array.from({ length: columns + 1 }, (_, c) => scale.time((c / columns) * scale.width));
  const strip = {
    times,
    steps: new Int32Array(columns + 1),
    edges: new Int32Array(columns + 1),
    statistics: [spread],
  };
  made.set(key, { inputs, strip });
  return strip;
}
