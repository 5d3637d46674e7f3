/** Why this file: an answer about layers and classes becomes rows, columns and marks with names and places. Pure. */
import { type Axis, axisOf } from "../../charts/cube_geometry";
import {
  type CellFacts,
  columnWidths,
  type Mark,
  markedRows,
  marksOf,
  mostOf,
  type SetLine,
  setHeight,
  setLine,
} from "../../charts/matrix_cells";
import type { AnswerSet, LayerInfo, Matrix } from "../../data/training_types";
import { classNameOf } from "../../state/class_log";
import { columnAnomalies } from "../../state/cube";

/** Filters of a layer that change most at the same anomalies. */
export interface ShownSet {
  /** Its number in the answer. */
  readonly set: number;
  readonly filters: readonly number[];
  readonly snapshots: readonly number[];
  /** Of all rows, in pixels. */
  readonly top: number;
  readonly height: number;
  readonly marks: readonly Mark[];
  readonly line: SetLine | null;
}

export interface MatrixRow {
  /** In the answer. */
  readonly row: number;
  readonly layer: number;
  readonly name: string;
  /** `null`: closed. */
  readonly sets: readonly ShownSet[] | null;
}

export interface MatrixColumn {
  /** Number of the class. */
  readonly class: number;
  readonly name: string;
  readonly anomalies: readonly number[];
}

/** Marks of one class at one snapshot, in several sets. */
export interface Join {
  readonly column: number;
  readonly snapshot: number;
  readonly x: number;
  readonly from: number;
  readonly to: number;
}

export interface Model {
  readonly matrix: Matrix;
  readonly rows: readonly MatrixRow[];
  readonly columns: readonly MatrixColumn[];
  readonly rowAxis: Axis;
  readonly columnAxis: Axis;
  readonly joins: readonly Join[];
  /** Marks of the cell that has most. */
  readonly most: number;
  /** On the clock, of the snapshots. */
  readonly steps: readonly number[];
}

export interface Sizes {
  /** Pixels of a closed row, and of a column without sub-columns. */
  readonly row: number;
  readonly column: number;
}

/** @param isOpen whether a layer shows its mini-sets, where the answer has them. */
export function modelOf(
  matrix: Matrix,
  layers: readonly LayerInfo[],
  set: AnswerSet,
  isOpen: (layer: number) => boolean,
  sizes: Sizes,
): Model {
  const anomalies = columnAnomalies(matrix);
  const shown = markedRows(matrix);
  const detail = matrix.detail;
  const open = (layer: number) => detail !== null && isOpen(layer);
  const anyOpen = shown.some((row) => open(matrix.layers[row] as number));
  const columnAxis = axisOf(
    anyOpen
      ? columnWidths(
          anomalies.map(({ length }) => length),
          sizes.column,
        )
      : anomalies.map(() => sizes.column),
  );
  const heaviest = Math.max(1, ...(detail?.sets ?? []).map(({ weight }) => weight));
  let top = 0;
  const heights: number[] = [];
  const rows = shown.map((row): MatrixRow => {
    const layer = matrix.layers[row] as number;
    const name = layers[layer]?.name ?? `layer ${layer}`;
    const sets: ShownSet[] = [];
    let inside = 0;
    if (open(layer)) {
      detail?.sets.forEach((one, number) => {
        if (one.layer !== layer) return;
        const height = setHeight(one.filters.length);
        const marks = marksOf(number, one, anomalies, columnAxis);
        const line = setLine(marks, one, heaviest);
        sets.push({ ...one, set: number, top: top + inside, height, marks, line });
        inside += height;
      });
    }
    const height = Math.max(sizes.row, inside);
    heights.push(height);
    top += height;
    // A layer whose sets are all light has none to show: its cells stay.
    return { row, layer, name, sets: sets.length > 0 ? sets : null };
  });
  const columns = matrix.classes.map((one, i) => ({
    class: one,
    name: classNameOf(set, one),
    anomalies: anomalies[i] as readonly number[],
  }));
  return {
    matrix,
    rows,
    columns,
    rowAxis: axisOf(heights),
    columnAxis,
    joins: joinsOf(rows),
    most: mostOf(matrix.marks),
    steps: set.steps,
  };
}

function joinsOf(rows: readonly MatrixRow[]): readonly Join[] {
  const joins = new Map<string, Join>();
  for (const { top, height, marks } of rows.flatMap(({ sets }) => sets ?? [])) {
    for (const { column, snapshot, x, width } of marks) {
      const key = `${column} ${snapshot}`;
      const known = joins.get(key);
      const to = top + height / 2;
      joins.set(key, { column, snapshot, x: x + width / 2, from: known?.from ?? to, to });
    }
  }
  return [...joins.values()].filter(({ from, to }) => to > from);
}

/** What is known of a cell. */
export function cellFacts(
  { matrix }: Model,
  row: MatrixRow,
  columns: readonly MatrixColumn[],
  column: number,
): CellFacts {
  const of = (table: readonly (readonly number[])[]) => table[row.row]?.[column] ?? 0;
  return {
    layer: row.name,
    className: columns[column]?.name ?? "",
    marks: of(matrix.marks),
    filters: of(matrix.count),
    anomalies: columns[column]?.anomalies.length ?? 0,
    p: of(matrix.p),
    q: of(matrix.q),
  };
}
