/**
 * Why this file: what the cells of layers and classes look like and say, and where the marks of mini-sets lie. A cell that
 * chance explains must not look like one that stands out. Pure.
 */
import type { Matrix } from "../data/training_types";
import type { Axis } from "./cube_geometry";

/** Of the cells that stand out at this limit, this share is expected to be wrong. */
export const MOST_Q = 0.05;

export type CellKind = "none" | "chance" | "stands";

/** How a cell is drawn. */
export interface CellLook {
  readonly kind: CellKind;
  /** 0 .. 1 of the map of colours. */
  readonly level: number;
}

/** @param most marks of the cell that has most. */
export function cellLook(marks: number, q: number, most: number): CellLook {
  if (marks === 0) return { kind: "none", level: 0 };
  return { kind: q <= MOST_Q ? "stands" : "chance", level: most <= 1 ? 1 : (marks - 1) / (most - 1) };
}

export function mostOf(rows: readonly (readonly number[])[]): number {
  return rows.reduce((most, row) => Math.max(most, ...row), 0);
}

/** How many cells there are, and how many of them chance does not explain. */
export function standing(matrix: Pick<Matrix, "marks" | "q">): {
  readonly cells: number;
  readonly stand: number;
} {
  let [cells, stand] = [0, 0];
  matrix.marks.forEach((row, i) => {
    cells += row.length;
    row.forEach((marks, j) => {
      stand += Number(cellLook(marks, matrix.q[i]?.[j] ?? 1, 1).kind === "stands");
    });
  });
  return { cells, stand };
}

/** Rows with a mark: layers that never changed most have nothing to show. */
export function markedRows(matrix: Pick<Matrix, "marks">): readonly number[] {
  return matrix.marks.flatMap((row, i) => (row.some((marks) => marks > 0) ? [i] : []));
}

/** A probability as in prose. */
export function probability(p: number): string {
  if (p >= 0.995) return "1";
  if (p < 0.001) return "less than .001";
  return (p < 0.1 ? p.toFixed(3).replace(/0$/, "") : p.toFixed(2)).replace(/^0/, "");
}

export interface CellFacts {
  readonly layer: string;
  readonly className: string;
  readonly marks: number;
  readonly filters: number;
  readonly anomalies: number;
  readonly p: number;
  readonly q: number;
}

const many = (count: number, one: string, more = `${one}s`) =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : more}`;

/** What a cell says when it is pointed at. */
export function cellWords({ layer, className, marks, filters, anomalies, p, q }: CellFacts): string {
  const place = `${layer} and '${className}'`;
  if (marks === 0) return `${place}: none of its filters changed most when this class flipped`;
  const what =
    `${place}: ${many(marks, "mark")} of ${many(filters, "filter")} ` +
    `over the class's ${many(anomalies, "anomaly", "anomalies")}`;
  const chance = `chance alone gives as many in ${probability(p)} of shifts`;
  if (q <= MOST_Q) return `${what}; stands out: ${chance}, q = ${probability(q)}`;
  // Rare by itself, but some layer's would be among so many.
  return p <= MOST_Q
    ? `${what}; ${chance}, not rare enough for one of all layers (q = ${probability(q)})`
    : `${what}; ${chance}`;
}

/** Room at either side of a class's column of marks, and of one anomaly in it, in pixels. */
const COLUMN_EDGE = 4;
const ANOMALY_WIDTH = 4;

/** Widths of columns that have a sub-column for each anomaly; none is narrower than `least`. */
export function columnWidths(anomalies: readonly number[], least: number): readonly number[] {
  return anomalies.map((count) => Math.max(least, 2 * COLUMN_EDGE + ANOMALY_WIDTH * count));
}

/** Heights of rows that have a sub-row for each mini-set, as high as it is large. */
const SET_EDGE = 2;
const FILTER_HEIGHT = 3;
const LEAST_SET = 12;
const MOST_SET = 24;

export function setHeight(filters: number): number {
  return Math.min(MOST_SET, Math.max(LEAST_SET, 2 * SET_EDGE + FILTER_HEIGHT * filters));
}

/** A mini-set in a class, at one of the class's anomalies. */
export interface Mark {
  readonly set: number;
  /** Column of the matrix. */
  readonly column: number;
  readonly snapshot: number;
  readonly x: number;
  readonly width: number;
}

/** From the first mark of a set to its last. */
export interface SetLine {
  readonly from: number;
  readonly to: number;
  /** Pixels. */
  readonly width: number;
  readonly opacity: number;
}

type MiniSet = NonNullable<Matrix["detail"]>["sets"][number];

/**
 * The marks of a mini-set, from left to right.
 *
 * @param anomalies snapshots of each column's class, ascending.
 */
export function marksOf(
  set: number,
  { snapshots }: Pick<MiniSet, "snapshots">,
  anomalies: readonly (readonly number[])[],
  columns: Axis,
): readonly Mark[] {
  const mine = new Set(snapshots);
  return anomalies.flatMap((each, column) => {
    const start = columns.edges[column] as number;
    const wide = (columns.edges[column + 1] as number) - start;
    const step = (wide - 2 * COLUMN_EDGE) / Math.max(1, each.length);
    return each.flatMap((snapshot, i) =>
      mine.has(snapshot)
        ? [{ set, column, snapshot, x: start + COLUMN_EDGE + i * step, width: Math.max(2, step - 1) }]
        : [],
    );
  });
}

/** As published: as thick as the set is large, and the fainter the less it weighs. `null` for a mark alone. */
export function setLine(
  marks: readonly Mark[],
  { filters, weight }: Pick<MiniSet, "filters" | "weight">,
  heaviest: number,
): SetLine | null {
  const [first, last] = [marks[0], marks.at(-1)];
  if (first === undefined || last === undefined || first === last) return null;
  return {
    from: first.x,
    to: last.x + last.width,
    width: Math.min(6, Math.max(1, filters.length)),
    opacity: 0.15 + 0.5 * (weight / Math.max(1, heaviest)) ** 2,
  };
}

/** Something that can have the keyboard's focus, and its middle in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};
/** What lies aside counts this much more than what lies ahead. */
const ASIDE = 3;

/** The place that an arrow key leads to; -1 where there is none, and for other keys. */
export function beside(places: readonly Place[], from: Place, key: string): number {
  const arrow = ARROWS[key];
  if (arrow === undefined) return -1;
  let [best, least] = [-1, Number.POSITIVE_INFINITY];
  places.forEach(({ x, y }, i) => {
    const [dx, dy] = [x - from.x, y - from.y];
    const ahead = dx * arrow[0] + dy * arrow[1];
    const aside = Math.abs(dx * arrow[1]) + Math.abs(dy * arrow[0]);
    if (ahead <= 0.5 || ahead + ASIDE * aside >= least) return;
    [best, least] = [i, ahead + ASIDE * aside];
  });
  return best;
}

/** A change, out of its binary logarithm: "0.02", "3e-5". */
export function changeText(logarithm: number): string {
  const change = 2 ** logarithm;
  if (!(change > 0)) return "0";
  return change >= 0.001 ? String(Number(change.toPrecision(2))) : change.toExponential(0);
}
