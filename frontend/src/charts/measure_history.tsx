/** A measure over training in the size of a word, with its floor, the place where we are, and a way to go elsewhere. */
import type { JSX } from "preact";
import { linePath, type Point, verticalScale } from "./sparkline";

/** Pixels. */
const FRAME = { width: 120, height: 24, padding: 3 } as const;

interface Props {
  readonly label: string;
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
  /** What chance would reach, drawn dashed. */
  readonly floors: readonly (number | null)[] | null;
  /** Index into `steps`. */
  readonly current: number;
  /** Value at the upper end; the lower one is 0, so that heights can be compared. */
  readonly top: number;
  /** Someone pressed or dragged at the frame with this index. */
  readonly onPick: (frame: number) => void;
}

/** The chart. Keys move in time everywhere, so it takes the pointer alone. */
export function MeasureHistory(props: Props): JSX.Element {
  const { label, steps, values, floors, current, top, onPick } = props;
  const points = steps.map<Point>((x, i) => ({ x, y: values[i] ?? null }));
  const first = steps[0] ?? 0;
  const span = (steps.at(-1) ?? 0) - first || 1;
  const x = (step: number) => FRAME.padding + ((step - first) / span) * (FRAME.width - 2 * FRAME.padding);
  const y = verticalScale([0, top], FRAME);
  const here = values[current] ?? null;
  const now = x(steps[current] ?? first);
  const pick = (event: PointerEvent & { readonly currentTarget: Element }) => {
    if (event.buttons !== 1) return;
    const at = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const distances = steps.map((step) => Math.abs(x(step) - at));
    onPick(distances.indexOf(Math.min(...distances)));
  };
  return (
    <svg
      class="history"
      role="img"
      aria-label={label}
      width={FRAME.width}
      height={FRAME.height}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        pick(event);
      }}
      onPointerMove={pick}
    >
      <rect class="history-ground" width={FRAME.width} height={FRAME.height} rx={2} />
      <line class="history-now" x1={now} x2={now} y1={0} y2={FRAME.height} />
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
      {here !== null && <circle class="history-dot" r={3} cx={now} cy={y(here)} />}
    </svg>
  );
}
