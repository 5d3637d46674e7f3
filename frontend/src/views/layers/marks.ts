/** Why this file: where something stands out is marked at the top of a strip: a triangle where it starts, a line while it lasts. */
import type { TimeScale } from "../../charts/time_scale";
import { token } from "../training/head";

export interface Mark {
  readonly from: number;
  readonly to: number;
  /** Not finite, exploding or dead, and not only unusual. */
  readonly grave: boolean;
}

const SIZE = 8;
const LINE = 2;

export function drawMarks(context: CanvasRenderingContext2D, scale: TimeScale, marks: readonly Mark[]): void {
  // The grave ones lie above the others.
  for (const { from, to, grave } of [...marks].sort((a, b) => Number(a.grave) - Number(b.grave))) {
    const [left, right] = [scale.x(from), scale.x(to)];
    if (right < -SIZE || left > scale.width + SIZE) continue;
    context.fillStyle = token(grave ? "--poor" : "--text");
    if (grave) context.fillRect(Math.max(0, left), 0, Math.min(scale.width, right) - Math.max(0, left), LINE);
    context.beginPath();
    context.moveTo(left - SIZE / 2, 0);
    context.lineTo(left + SIZE / 2, 0);
    context.lineTo(left, SIZE);
    context.closePath();
    // On strips of any colour.
    context.strokeStyle = token("--surface");
    context.lineWidth = 1;
    context.stroke();
    context.fill();
  }
}
