/** Why this file: which samples lie nearest to one on the map, asked of many samples of one frame: a grid spares all but a few. */
import { FLAG_NOT_PLACED, type FrameData } from "../data/types";

/** Largest stored position along an axis. */
const MOST = 65_535;
/** Samples in a cell on average, if they were spread evenly. */
const PER_CELL = 2;

/** The `k` least of what is offered, by distance and then by row, so that equal distances have one order. */
class Nearest {
  readonly rows: number[] = [];
  readonly squares: number[] = [];

  constructor(private readonly k: number) {}

  /** Squared distance of the last of `k`; infinite while there are fewer. */
  get reach(): number {
    return this.rows.length < this.k ? Number.POSITIVE_INFINITY : (this.squares.at(-1) ?? 0);
  }

  offer(row: number, square: number): void {
    if (square > this.reach) return;
    let at = this.rows.length;
    while (at > 0) {
      const [other, distance] = [this.rows[at - 1] as number, this.squares[at - 1] as number];
      if (distance < square || (distance === square && other < row)) break;
      at -= 1;
    }
    this.rows.splice(at, 0, row);
    this.squares.splice(at, 0, square);
    if (this.rows.length <= this.k) return;
    this.rows.pop();
    this.squares.pop();
  }
}

export class PlaneGrid {
  private readonly side: number;
  /** Rows of cell c are `rows[starts[c]]` up to `rows[starts[c + 1]]`. */
  private readonly starts: Uint32Array;
  private readonly rows: Uint32Array;
  /** Layout units to a stored step, along x and y. */
  private readonly unit: readonly [number, number];

  constructor(private readonly frame: FrameData) {
    const [x0, y0, x1, y1] = frame.bounds;
    this.unit = [(x1 - x0) / MOST, (y1 - y0) / MOST];
    this.side = Math.max(1, Math.floor(Math.sqrt(frame.count / PER_CELL)));
    const counts = new Uint32Array(this.side * this.side + 1);
    for (let row = 0; row < frame.count; row++) {
      if (this.placed(row)) counts[this.cellOf(row) + 1] = (counts[this.cellOf(row) + 1] as number) + 1;
    }
    for (let cell = 1; cell < counts.length; cell++) {
      counts[cell] = (counts[cell] as number) + (counts[cell - 1] as number);
    }
    this.starts = counts;
    this.rows = new Uint32Array(counts.at(-1) as number);
    const next = counts.slice();
    for (let row = 0; row < frame.count; row++) {
      if (!this.placed(row)) continue;
      const cell = this.cellOf(row);
      this.rows[next[cell] as number] = row;
      next[cell] = (next[cell] as number) + 1;
    }
  }

  /** Rows of the `k` samples nearest to one, itself left out, nearest first; none when it has no place. */
  nearest(row: number, k: number): readonly number[] {
    if (!this.placed(row) || k < 1) return [];
    const { side } = this;
    const found = new Nearest(k);
    const cell = this.cellOf(row);
    const [column, line] = [cell % side, Math.floor(cell / side)];
    const narrow = (Math.min(...this.unit) * (MOST + 1)) / side;
    for (let ring = 0; ring < side; ring++) {
      // Whatever lies beyond the rings before is at least so many cells away.
      const beyond = Math.max(0, ring - 1) * narrow;
      if (ring > 0 && found.reach < beyond * beyond) break;
      for (let y = Math.max(0, line - ring); y <= Math.min(side - 1, line + ring); y++) {
        const whole = Math.abs(y - line) === ring;
        for (let x = column - ring; x <= column + ring; x += whole || ring === 0 ? 1 : 2 * ring) {
          if (x >= 0 && x < side) this.offerCell(y * side + x, row, found);
        }
      }
    }
    return found.rows;
  }

  private offerCell(cell: number, from: number, found: Nearest): void {
    const { positions } = this.frame;
    const [ux, uy] = this.unit;
    const [x, y] = [positions[2 * from] as number, positions[2 * from + 1] as number];
    for (let at = this.starts[cell] as number; at < (this.starts[cell + 1] as number); at++) {
      const row = this.rows[at] as number;
      if (row === from) continue;
      const dx = ((positions[2 * row] as number) - x) * ux;
      const dy = ((positions[2 * row + 1] as number) - y) * uy;
      found.offer(row, dx * dx + dy * dy);
    }
  }

  private cellOf(row: number): number {
    const { positions } = this.frame;
    const cell = (value: number) => Math.floor((value * this.side) / (MOST + 1));
    return cell(positions[2 * row + 1] as number) * this.side + cell(positions[2 * row] as number);
  }

  private placed(row: number): boolean {
    return ((this.frame.flags[row] ?? FLAG_NOT_PLACED) & FLAG_NOT_PLACED) === 0;
  }
}

const grids = new WeakMap<FrameData, PlaneGrid>();

/** The grid over a frame; made once. */
export function gridOf(frame: FrameData): PlaneGrid {
  let grid = grids.get(frame);
  if (grid === undefined) {
    grid = new PlaneGrid(frame);
    grids.set(frame, grid);
  }
  return grid;
}
