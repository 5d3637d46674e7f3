/** Why this file: tests of the state and of the views need alerts; these differ in all that lists are ordered and narrowed by. */
import type { AlertInfo } from "../data/health_types";

export function makeAlert(step: number, overrides: Partial<AlertInfo> = {}): AlertInfo {
  return {
    version: `s.${100 + step}`,
    step,
    rule: "collapse",
    severity: "warning",
    layer: "fc",
    measure: "separation",
    value: -0.41,
    reference: 1.92,
    limit: 1.1,
    since: step,
    sentence: `classes collapse at ${step}`,
    classes: [],
    task: "",
    samples: [],
    wall_time: 1,
    ...overrides,
  };
}
