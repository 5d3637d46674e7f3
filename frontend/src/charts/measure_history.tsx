/** A measure over training in the size of a word, with its floor and the place where we are. */
import type { JSX } from "preact";
import { extent, linePath, type Point, verticalScale } from "./sparkline";

/** Pixels. */
const FRAME = { width: 92, height: 30, padding: 4 } as const;

interface Props {
  readonly label: string;
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
  /** What chance would reach, drawn dashed. */
  readonly floors: readonly (number | null)[] | null;
  /** Index into `steps`. */
  readonly current: number;
  /** Shares are drawn on 0 to 1, so that two of them can be compared; the rest on their own range from 0. */
  readonly share: boolean;
}

/** The chart. */
export function MeasureHistory({ label, steps, values, floors, current, share }: Props): JSX.Element {
  const points = steps.map<Point>((x, i) => ({ x, y: values[i] ?? null }));
  const first = steps[0] ?? 0;
  const span = (steps.at(-1) ?? 0) - first || 1;
  const x = (step: number) => FRAME.padding + ((step - first) / span) * (FRAME.width - 2 * FRAME.padding);
  const y = verticalScale(share ? [0, 1] : [0, extent(points)[1]], FRAME);
  const here = values[current] ?? null;
  return (
    <svg class="history" role="img" aria-label={label} width={FRAME.width} height={FRAME.height}>
      <line class="history-base" x1={0} x2={FRAME.width} y1={FRAME.height - 1} y2={FRAME.height - 1} />
      {floors !== null && (
        <path
          class="history-floor"
          d={linePath(
            steps.map<Point>((step, i) => ({ x: step, y: floors[i] ?? null })),
            x,
            y,
          )}
        />
      )}
      <path class="history-line" d={linePath(points, x, y)} />
      {here !== null && <circle class="history-dot" r={3} cx={x(steps[current] ?? first)} cy={y(here)} />}
    </svg>
  );
}
