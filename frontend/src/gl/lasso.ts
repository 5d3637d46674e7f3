/** Why this file: which samples lie inside a drawn outline, fast enough for a million of them. */
import { FLAG_NOT_PLACED } from "../data/types";
import { eachBlock, type Placement } from "./placement";

/** x, y of one corner. */
export type Corner = readonly [number, number];

/** Largest stored position along an axis. */
const MOST = 65_535;
/** Cells along each side of an outline's grid; all but those on the outline are wholly inside or outside. */
const CELLS = 256;
const [OUTSIDE, INSIDE, CROSSED] = [0, 1, 2];
/** Numbers of one edge: lower y, upper y, x at y = 0, slope. */
const EDGE = 4;

/** A polygon that is closed by its last corner joining its first; where it crosses itself the even-odd rule holds. */
export class Outline {
  readonly x0: number = Number.POSITIVE_INFINITY;
  readonly y0: number = Number.POSITIVE_INFINITY;
  /** Cells per unit. */
  readonly perX: number;
  readonly perY: number;
  /** `OUTSIDE`, `INSIDE` or `CROSSED`, row by row. */
  readonly cells = new Uint8Array(CELLS * CELLS);
  /** Edges that cross each row of cells. */
  private readonly edges: readonly (readonly number[])[];

  constructor(corners: readonly Corner[]) {
    let [x1, y1] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const [x, y] of corners) {
      this.x0 = Math.min(this.x0, x);
      this.y0 = Math.min(this.y0, y);
      x1 = Math.max(x1, x);
      y1 = Math.max(y1, y);
    }
    // What has no area contains nothing: no place falls into a cell that is not a number.
    this.perX = x1 > this.x0 ? CELLS / (x1 - this.x0) : Number.NaN;
    this.perY = y1 > this.y0 ? CELLS / (y1 - this.y0) : Number.NaN;
    this.edges = Array.from({ length: CELLS }, () => [] as number[]);
    if (!(this.perX > 0 && this.perY > 0)) return;
    for (const [i, corner] of corners.entries())
      this.addEdge(corner, corners[(i + 1) % corners.length] as Corner);
    this.edges.forEach((edges, row) => {
      this.fill(edges, row);
    });
  }

  /** Whether a place in a cell that is `CROSSED` is inside; true for every place on the inner side of the outline. */
  inside(x: number, y: number, row: number): boolean {
    const edges = this.edges[row] as readonly number[];
    let inside = false;
    for (let e = 0; e < edges.length; e += EDGE) {
      const crossed = y >= (edges[e] as number) && y < (edges[e + 1] as number);
      if (crossed && x < (edges[e + 2] as number) + (edges[e + 3] as number) * y) inside = !inside;
    }
    return inside;
  }

  contains(x: number, y: number): boolean {
    const column = (x - this.x0) * this.perX;
    const row = (y - this.y0) * this.perY;
    if (!(column >= 0 && column < CELLS && row >= 0 && row < CELLS)) return false;
    const cell = this.cells[(row | 0) * CELLS + (column | 0)];
    return cell === CROSSED ? this.inside(x, y, row | 0) : cell === INSIDE;
  }

  private addEdge([ax, ay]: Corner, [bx, by]: Corner): void {
    const [low, high] = [Math.min(ay, by), Math.max(ay, by)];
    const slope = (bx - ax) / (by - ay);
    for (let row = this.row(low); row <= this.row(high); row++) {
      // Level edges are never crossed by a level ray, but what lies beside them is inside or outside of them.
      if (ay !== by) (this.edges[row] as number[]).push(low, high, ax - slope * ay, slope);
      const [from, to] = [
        Math.max(low, this.y0 + row / this.perY),
        Math.min(high, this.y0 + (row + 1) / this.perY),
      ];
      const [left, right] = ay === by ? [ax, bx] : [ax + (from - ay) * slope, ax + (to - ay) * slope];
      // One cell more to either side, because these places are rounded.
      const first = Math.max(0, Math.floor((Math.min(left, right) - this.x0) * this.perX) - 1);
      const last = Math.min(CELLS - 1, Math.floor((Math.max(left, right) - this.x0) * this.perX) + 1);
      this.cells.fill(CROSSED as number, row * CELLS + first, row * CELLS + last + 1);
    }
  }

  /** Cells that no edge crosses are what their centres are. */
  private fill(edges: readonly number[], row: number): void {
    const y = this.y0 + (row + 0.5) / this.perY;
    const crossings: number[] = [];
    for (let e = 0; e < edges.length; e += EDGE) {
      const crossed = y >= (edges[e] as number) && y < (edges[e + 1] as number);
      if (crossed) crossings.push((edges[e + 2] as number) + (edges[e + 3] as number) * y);
    }
    crossings.sort((p, q) => p - q);
    let left = crossings.length;
    for (let column = 0, k = 0; column < CELLS; column++) {
      const x = this.x0 + (column + 0.5) / this.perX;
      while (k < crossings.length && (crossings[k] as number) <= x) {
        k += 1;
        left -= 1;
      }
      const at = row * CELLS + column;
      if (this.cells[at] !== CROSSED) this.cells[at] = (left % 2 === 1 ? INSIDE : OUTSIDE) as number;
    }
  }

  private row(y: number): number {
    return Math.min(Math.floor((y - this.y0) * this.perY), CELLS - 1);
  }
}

/**
 * Rows of the samples inside an outline, ascending.
 *
 * @param scene where samples lie, in the plane that the outline is drawn in.
 * @param shown whether a sample is drawn at all; `null`: all are.
 */
export function enclosedRows(
  scene: Placement,
  corners: readonly Corner[],
  shown: ((i: number) => boolean) | null,
): Uint32Array {
  const outline = new Outline(corners);
  const { x0, y0, perX, perY, cells } = outline;
  const rows = new Uint32Array(Math.min(scene.from.count, scene.to.count));
  if (scene.from === scene.to) return enclosedResting(scene, outline, shown, rows);
  let n = 0;
  eachBlock(scene, (first, count, x, y) => {
    for (let k = 0; k < count; k++) {
      const column = ((x[k] as number) - x0) * perX;
      const row = ((y[k] as number) - y0) * perY;
      // False for NaN.
      if (!(column >= 0 && column < CELLS && row >= 0 && row < CELLS)) continue;
      const cell = cells[(row | 0) * CELLS + (column | 0)];
      if (cell === OUTSIDE) continue;
      if (cell === CROSSED && !outline.inside(x[k] as number, y[k] as number, row | 0)) continue;
      if (shown === null || shown(first + k)) rows[n++] = first + k;
    }
  });
  return rows.slice(0, n);
}

/** The same on a true frame, where most samples need no more than a look into the grid. */
function enclosedResting(
  { from: { positions, flags }, fromAffine: affine }: Placement,
  outline: Outline,
  shown: ((i: number) => boolean) | null,
  rows: Uint32Array,
): Uint32Array {
  const { x0, y0, perX, perY, cells } = outline;
  // From stored steps to cells.
  const [stepX, stepY] = [(affine.scaleX * perX) / MOST, (affine.scaleY * perY) / MOST];
  const [fromX, fromY] = [(affine.offsetX - x0) * perX, (affine.offsetY - y0) * perY];
  let n = 0;
  for (let i = 0; i < rows.length; i++) {
    const column = (positions[2 * i] as number) * stepX + fromX;
    const row = (positions[2 * i + 1] as number) * stepY + fromY;
    // False for NaN.
    if (!(column >= 0 && column < CELLS && row >= 0 && row < CELLS)) continue;
    const cell = cells[(row | 0) * CELLS + (column | 0)];
    if (cell === OUTSIDE || ((flags[i] as number) & FLAG_NOT_PLACED) !== 0) continue;
    if (cell === CROSSED && !outline.inside(column / perX + x0, row / perY + y0, row | 0)) continue;
    if (shown === null || shown(i)) rows[n++] = i;
  }
  return rows.slice(0, n);
}

/** Corners of the box between two opposite ones. */
export function boxCorners([ax, ay]: Corner, [bx, by]: Corner): Corner[] {
  return [
    [ax, ay],
    [bx, ay],
    [bx, by],
    [ax, by],
  ];
}
