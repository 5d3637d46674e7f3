/** Why this file: an alert's evidence in words, the same in every list. */
import type { AlertInfo } from "../../data/health_types";
import { NOT_KNOWN } from "../../ui/format";

/** Measures that have no best: they are compared with what is usual for the run. */
const USUAL = new Set([
  ...["rank", "participation", "uniformity", "norm", "drift", "turnover"],
  ...["gradient", "update", "flips"],
]);
/** Measures of which there should be none. */
const NONE = new Set(["nonfinite", "still"]);

/** A measure to two decimals, with a minus that is as wide as a digit. */
export function figure(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NOT_KNOWN;
  const size = Math.abs(value);
  const text = size !== 0 && (size < 0.005 || size >= 1e5) ? size.toExponential(1) : size.toFixed(2);
  return value < 0 ? `−${text}` : text;
}

/** A layer as people call it. */
export function layerName(layer: string): string {
  return layer === "" ? "network" : layer;
}

/** What was measured and against what: "separation −0.41, best 1.92, limit 1.10, since step 14". */
export function evidence(alert: AlertInfo): string {
  const { measure, value, reference, limit, since, step } = alert;
  const parts = [`${measure} ${value === null ? "not finite" : figure(value)}`];
  if (reference !== null && !NONE.has(measure)) {
    parts.push(`${USUAL.has(measure) ? "usual" : "best"} ${figure(reference)}`);
  }
  if (limit !== null) parts.push(`limit ${figure(limit)}`);
  if (since < step) parts.push(`since step ${since.toLocaleString("en-US")}`);
  return parts.join(", ");
}
