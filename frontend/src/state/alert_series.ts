/** Why this file: the numbers that an alert is about, over the steps: of its layer, its class, its pair of classes or its task. */
import {
  type AlertInfo,
  type ClassHealth,
  classMeasureOf,
  gapOf,
  type HealthSeries,
  measureOf,
  taskMeasureOf,
} from "../data/health_types";

/** Whether the numbers of classes are needed, beside those of the layer. */
export function needsClasses({ classes, task }: AlertInfo): boolean {
  return classes.length > 0 && task === "";
}

export interface AlertSeries {
  readonly steps: Int32Array;
  readonly values: Float32Array;
}

/**
 * The series; `null`: it is not known, or not yet.
 *
 * @param health of the alert's layer
 * @param classes of the alert's layer; `null`: not here, or not needed
 */
export function seriesOf(
  alert: AlertInfo,
  health: HealthSeries | null,
  classes: ClassHealth | null,
): AlertSeries | null {
  const { measure } = alert;
  if (alert.task !== "" && health !== null) {
    const values = taskMeasureOf(health, measure, health.tasks.indexOf(alert.task));
    if (values !== null) return { steps: health.steps, values };
  }
  if (needsClasses(alert) && classes !== null) {
    const [a = 0, b] = alert.classes;
    const values =
      b === undefined
        ? classMeasureOf(classes, measure, a)
        : (gapOf(classes, a, b) ?? nearerOf(classes, a, b));
    const own = values !== null && (b === undefined || measure === "gap");
    if (own) return { steps: classes.steps, values };
  }
  const values = health === null ? null : measureOf(health, measure);
  return values === null || health === null ? null : { steps: health.steps, values };
}

/** Of many classes the gaps are not logged; the gap of two that merge is what separates either from its nearest. */
function nearerOf(classes: ClassHealth, a: number, b: number): Float32Array | null {
  const [one, other] = [a, b].map((number) => classMeasureOf(classes, "separation", number));
  return one && other ? one.map((value, k) => Math.min(value, other[k] ?? value)) : null;
}
