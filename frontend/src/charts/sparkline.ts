/**
 * A series as the path of a small line chart: pure functions from numbers to SVG path data, so that a chart is drawn once
 * per new number and never per animation frame.
 */
import { area, line } from "d3-shape";

/** One value of a series at a place on its axis; `null` is a gap, never a zero. */
export interface Point {
  readonly x: number;
  readonly y: number | null;
}

/** Where a chart draws, in pixels, y downwards. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Kept free above and below, so that a stroke is not cut. */
  readonly padding: number;
}

/** The vertical scale of a chart that shows `domain` from bottom to top. */
export function verticalScale(domain: readonly [number, number], frame: Frame): (value: number) => number {
  const [low, high] = domain;
  const bottom = frame.height - frame.padding;
  return (value) => bottom + ((value - low) / (high - low)) * (frame.padding - bottom);
}

/** Lowest and highest finite value, widened when they are equal; [0, 1] when there is none. */
export function extent(points: readonly Point[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { y } of points) {
    if (y === null || !Number.isFinite(y)) continue;
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** Path of the line through the points, broken at gaps. `x` and `y` place a value in pixels. */
export function linePath(
  points: readonly Point[],
  x: (v: number) => number,
  y: (v: number) => number,
): string {
  return (
    line<Point>()
      .defined((p) => p.y !== null)
      .x((p) => x(p.x))
      .y((p) => y(p.y ?? 0))([...points]) ?? ""
  );
}

/** Path of the area between the line and `base` (pixels). */
export function areaPath(
  points: readonly Point[],
  x: (v: number) => number,
  y: (v: number) => number,
  base: number,
): string {
  return (
    area<Point>()
      .defined((p) => p.y !== null)
      .x((p) => x(p.x))
      .y0(base)
      .y1((p) => y(p.y ?? 0))([...points]) ?? ""
  );
}

/** The series at any place between two of its points, by straight line; `null` outside and beside gaps. */
export function valueAt(points: readonly Point[], x: number): number | null {
  for (let i = 0; i < points.length; i++) {
    const right = points[i];
    if (right === undefined || right.x < x) continue;
    if (right.x === x) return right.y;
    const left = points[i - 1];
    if (left === undefined || left.y === null || right.y === null) return null;
    return left.y + ((right.y - left.y) * (x - left.x)) / (right.x - left.x);
  }
  return null;
}
