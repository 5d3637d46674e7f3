/** Why this file: the series of the rows that are seen, asked for together; what was there is shown until the new is here. */
import { useRef } from "preact/hooks";
import { type Strip, stripOf } from "../../charts/strip";
import type { Series } from "../../data/training_types";
import type { Measure } from "../../state/layers";
import { onClockOf, type RowSpan, rowSpan } from "../../state/row_span";
import type { Log, Window } from "../../state/training";
import { useTraining } from "../training/plot_area";
import { useAnswer } from "../training/use_answer";

/** A run's stretch whose layers are drawn. */
export interface Side {
  readonly log: Log;
  readonly stretch: number;
}

export interface Strips {
  readonly of: ReadonlyMap<number, Strip>;
  readonly problem: string;
}

/** Buckets of a log's clock: those of the widest screen. */
const CLOCK_WIDTH = 2000;
/** Widths are rounded up to this, so that a window that is dragged wider asks for little. */
const WIDTH_STEP = 128;

export function askedWidth(width: number): number {
  return Math.max(1, Math.ceil(width / WIDTH_STEP)) * WIDTH_STEP;
}

/** The question for the clock of a stretch, or of some of its rows. */
export function askClock(state: ReturnType<typeof useTraining>, { log, stretch }: Side, span?: RowSpan) {
  const statistic = log.index.parameters?.statistics[0] ?? "l2";
  return state.ask(log, `clock ${stretch} ${span?.start}`, (client, signal) =>
    client.series(
      { array: "weights", statistics: [statistic], stretch, places: [0], width: CLOCK_WIDTH, ...span },
      signal,
    ),
  );
}

/** When the rows of a stretch were. @param side `null`: not needed now. */
export function useClock(side: Side | null): Series | null {
  const state = useTraining();
  const subject = side === null ? "" : `${side.log.index.run} ${side.stretch}`;
  return useAnswer(side === null ? null : askClock(state, side), subject).value;
}

/** Which rows to ask for so that a piece of the clock is seen as finely as it can be. */
export function spanFor(
  clock: Series | null,
  zoomed: Window | null,
  alongside: Series | null,
): RowSpan | null {
  if (clock === null || zoomed === null) return null;
  const times = alongside === null ? clock.times : onClockOf(alongside, clock.steps);
  return rowSpan(clock.edges, times, zoomed.from, zoomed.to);
}

interface Asked {
  readonly side: Side | null;
  /** Places of the rows that can be seen; each block is one request. */
  readonly blocks: readonly (readonly number[])[];
  readonly measure: Measure;
  readonly span: RowSpan | null;
  readonly width: number;
  /** The clock of the run whose training steps are the x; `null`: the clock is. */
  readonly alongside?: Series | null;
}

export function useStrips({ side, blocks, measure, span, width, alongside = null }: Asked): Strips {
  const state = useTraining();
  const held = useRef({
    subject: "",
    source: new Map<number, Series>(),
    of: new Map<number, Strip>(),
  });
  const { array, statistics } = measure;
  const parts = [side?.log.index.run, side?.stretch, array, statistics, alongside === null];
  const subject = JSON.stringify(parts);
  if (held.current.subject !== subject) held.current = { subject, source: new Map(), of: new Map() };
  let problem = "";
  for (const places of side === null || width === 0 ? [] : blocks) {
    const { log, stretch } = side as Side;
    const query = {
      array,
      stretch,
      places,
      width: askedWidth(width),
      ...(statistics === undefined ? {} : { statistics }),
      ...span,
    };
    const answer = state.ask(log, `series ${JSON.stringify(query)}`, (client, s) =>
      client.series(query, s),
    ).value;
    if (answer.kind === "failed") problem = answer.message;
    if (answer.kind !== "ready") continue;
    const series = answer.value;
    let times: Float64Array | null = null;
    for (const [p, place] of places.entries()) {
      if (held.current.source.get(place) === series) continue;
      const strip = stripOf(series, p);
      if (alongside !== null) times ??= onClockOf(alongside, series.steps);
      held.current.source.set(place, series);
      held.current.of.set(place, times === null ? strip : { ...strip, times });
    }
  }
  return { of: held.current.of, problem };
}
