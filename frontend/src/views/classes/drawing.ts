/** Why this file: what the strips of all classes have in common, and each strip's line of colours, painted once. */
import { useMemo } from "preact/hooks";
import { differenceLine, errorLine, worst } from "../../charts/heat";
import type { Columns } from "../../charts/time_scale";
import type { ClassLog } from "../../state/class_log";
import { type Paint, useColumns, usePaint } from "./use_paint";

/** Another run's classes. */
export interface Beside {
  readonly log: ClassLog;
  readonly columns: Columns;
  /** Its number of each of this run's classes, -1 for none. */
  readonly of: readonly number[];
}

export interface Drawing {
  readonly log: ClassLog;
  readonly columns: Columns;
  readonly paint: Paint;
  readonly beside: Beside | null;
  readonly difference: boolean;
  /** Lines that were painted. */
  readonly lines: Map<string, Uint32Array>;
}

/** What to draw with, the same object until something of it changes. */
export function useDrawing(
  log: ClassLog,
  other: ClassLog | null,
  of: readonly number[],
  difference: boolean,
): Drawing {
  const columns = useColumns(log.edges);
  const otherColumns = useColumns(other?.edges);
  const paint = usePaint();
  return useMemo(() => {
    const beside = other === null ? null : { log: other, columns: otherColumns, of };
    return { log, columns, paint, beside, difference: difference && beside !== null, lines: new Map() };
  }, [log, columns, paint, other, otherColumns, of, difference]);
}

const codesOf = ({ answers, classes }: ClassLog, index: number) => ({
  codes: answers.error,
  stride: classes,
  index,
});

/** Of a class: its error, or by how much it is above that of the other run. */
export function classLine(drawing: Drawing, index: number): Uint32Array {
  return kept(drawing, `mine ${index}`, () => {
    const { log, columns, paint, beside, difference } = drawing;
    const mine = worst(codesOf(log, index), columns);
    if (!difference || beside === null) return errorLine(mine, paint.error);
    const theirs = beside.of[index] ?? -1;
    // Without a class of that name nothing can be taken away.
    if (theirs < 0) return new Uint32Array(mine.length);
    return differenceLine(mine, worst(codesOf(beside.log, theirs), beside.columns), paint.difference);
  });
}

/** Of the same class in the other run; clear where it has none of that name. */
export function besideLine(drawing: Drawing, index: number): Uint32Array {
  return kept(drawing, `theirs ${index}`, () => {
    const { beside, columns, paint } = drawing;
    const theirs = beside?.of[index] ?? -1;
    if (beside === null || theirs < 0) return new Uint32Array(columns.first.length);
    return errorLine(worst(codesOf(beside.log, theirs), beside.columns), paint.error);
  });
}

function kept({ lines }: Drawing, key: string, paint: () => Uint32Array): Uint32Array {
  let line = lines.get(key);
  if (line === undefined) {
    line = paint();
    lines.set(key, line);
  }
  return line;
}
