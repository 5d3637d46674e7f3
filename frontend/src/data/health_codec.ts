/** Why this file: the binary answers about a layer's health become typed arrays, or a sentence that says what is wrong. */
import { CodecError, type Container, decodeContainer, takeArray } from "./codec";
import type { ClassHealth, HealthSeries } from "./health_types";

const NOTHING = new Float32Array(0);

/** A list of names out of a container's JSON; absent: none. */
function names(container: Container, key: string): readonly string[] {
  const value = container.meta[key] ?? [];
  if (!Array.isArray(value) || value.some((name) => typeof name !== "string")) {
    throw new CodecError(`the container does not name its ${key.replace("_", " ")}`);
  }
  return value as readonly string[];
}

/** The route `health`. */
export function decodeHealth(buffer: ArrayBuffer): HealthSeries {
  const container = decodeContainer(buffer);
  const steps = takeArray(container, "steps", "i4", [null]);
  const count = steps.length;
  const [measures, tasks] = [names(container, "measures"), names(container, "tasks")];
  const taskMeasures = names(container, "task_measures");
  return {
    steps,
    measures,
    values: takeArray(container, "values", "f4", [measures.length, count]),
    rates: takeArray(container, "rates", "f4", [count]),
    tasks,
    taskMeasures,
    taskValues: container.arrays.has("task_values")
      ? takeArray(container, "task_values", "f4", [taskMeasures.length, count, tasks.length])
      : NOTHING,
  };
}

/** The route `health_classes`. */
export function decodeClassHealth(buffer: ArrayBuffer): ClassHealth {
  const container = decodeContainer(buffer);
  const steps = takeArray(container, "steps", "i4", [null]);
  const measures = names(container, "measures");
  const values = takeArray(container, "values", "f4", [measures.length, steps.length, null]);
  const classes = container.arrays.get("values")?.shape[2] ?? 0;
  return {
    steps,
    measures,
    classes,
    values,
    gaps: gapsOf(container, steps.length, classes),
  };
}

/** The gaps between classes; of long runs the answer has those of the newest steps alone. */
function gapsOf(container: Container, steps: number, classes: number): Float32Array | null {
  if (!container.arrays.has("gaps")) return null;
  const told = takeArray(container, "gaps", "f4", [null, classes, classes]);
  if (told.length > steps * classes * classes)
    throw new CodecError("the container has gaps of more steps than there are");
  return told;
}
