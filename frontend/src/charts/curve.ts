/** Why this file: a line over the clock on a canvas, with the band between its least and its greatest value. */
import type { TimeScale } from "./time_scale";

export interface Curve {
  /** Times of the values. */
  readonly times: ArrayLike<number>;
  /** NaN: a gap. */
  readonly values: ArrayLike<number>;
  readonly band?: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> };
  /** CSS */
  readonly colour: string;
}

export type Vertical = (value: number) => number;

/** Least and greatest finite value of curves, their bands included; [0, 1] without any. */
export function rangeOf(curves: readonly Curve[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { values, band } of curves) {
    for (const column of [values, band?.low ?? [], band?.high ?? []]) {
      for (let i = 0; i < column.length; i++) {
        const value = column[i] as number;
        if (!Number.isFinite(value)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** Draws the curves that have a value somewhere, in order. */
export function drawCurves(
  context: CanvasRenderingContext2D,
  curves: readonly Curve[],
  scale: TimeScale,
  y: Vertical,
): void {
  for (const curve of curves) {
    if (curve.band !== undefined) drawBand(context, curve, curve.band, scale, y);
    context.strokeStyle = curve.colour;
    context.lineWidth = 1.5;
    context.beginPath();
    let drawing = false;
    for (let i = 0; i < curve.values.length; i++) {
      const value = curve.values[i] as number;
      if (!Number.isFinite(value)) {
        drawing = false;
        continue;
      }
      const x = scale.x(curve.times[i] as number);
      if (drawing) context.lineTo(x, y(value));
      else context.moveTo(x - 0.75, y(value));
      if (!drawing) context.lineTo(x + 0.75, y(value));
      drawing = true;
    }
    context.stroke();
  }
}

function drawBand(
  context: CanvasRenderingContext2D,
  { times, colour }: Curve,
  band: NonNullable<Curve["band"]>,
  scale: TimeScale,
  y: Vertical,
): void {
  context.fillStyle = colour;
  context.globalAlpha = 0.22;
  for (let i = 0; i + 1 < times.length; i++) {
    const corners = [band.high[i], band.high[i + 1], band.low[i + 1], band.low[i]] as number[];
    if (!corners.every(Number.isFinite)) continue;
    const [left, right] = [scale.x(times[i] as number), scale.x(times[i + 1] as number)];
    const [a, b, c, d] = corners.map(y) as [number, number, number, number];
    context.beginPath();
    context.moveTo(left, a);
    context.lineTo(right, b);
    context.lineTo(right, c);
    context.lineTo(left, d);
    context.fill();
  }
  context.globalAlpha = 1;
}
