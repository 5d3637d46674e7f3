/** Why this file: the measure that an alert is about, over all steps, with the limit and the alert's own step marked. */
import type { JSX } from "preact";
import { extent, linePath, type Point, verticalScale } from "../../charts/sparkline";
import type { AlertInfo } from "../../data/health_types";
import { needsClasses, seriesOf } from "../../state/alert_series";
import { health } from "../../state/health";
import { useStore } from "../store_context";
import { useAnswer } from "../training/use_answer";
import { figure } from "./words";

/** Pixels. */
const FRAME = { width: 132, height: 34, padding: 4 } as const;

export function AlertSpark({ alert }: { alert: AlertInfo }): JSX.Element {
  const state = health(useStore());
  const { layer, step, limit, severity, measure } = alert;
  const subject = `${alert.version} ${layer}`;
  const series = useAnswer(state.series(layer), subject);
  const classes = useAnswer(needsClasses(alert) ? state.classSeries(layer) : null, subject);
  const found = seriesOf(alert, series.value, classes.value);
  if (found === null) {
    const problem = series.problem || classes.problem;
    return <span class="alert-spark" title={problem} />;
  }
  const points = [...found.steps].map((at, i): Point => {
    const value = found.values[i] as number;
    return { x: at, y: Number.isFinite(value) ? value : null };
  });
  const [first, last] = [points[0]?.x ?? 0, points.at(-1)?.x ?? 0];
  const x = (at: number) => 4 + ((at - first) / Math.max(1, last - first)) * (FRAME.width - 8);
  const limits = limit === null ? [] : [{ x: first, y: limit }];
  const y = verticalScale(extent([...points, ...limits]), FRAME);
  const own = points.find((point) => point.x === step)?.y ?? alert.value;
  const [low, high] = extent(points);
  return (
    <svg
      class="alert-spark"
      width={FRAME.width}
      height={FRAME.height}
      role="img"
      aria-label={`${measure} from ${figure(low)} to ${figure(high)} over ${points.length} snapshots`}
    >
      {limit !== null && (
        <line class="alert-limit" x1={0} x2={FRAME.width} y1={y(limit)} y2={y(limit)}>
          <title>limit {figure(limit)}</title>
        </line>
      )}
      <line class="alert-at" x1={x(step)} x2={x(step)} y1={0} y2={FRAME.height} />
      <path class="alert-line" d={linePath(points, x, y)} />
      {own !== null && (
        <circle class="alert-mark" data-severity={severity} r={3.2} cx={x(step)} cy={y(own)} />
      )}
    </svg>
  );
}
