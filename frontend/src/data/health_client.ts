/** Why this file: asks for what was measured of a run's layers, classes and tasks; every answer is of one version of it. */
import type { Client } from "./client";
import { decodeRows } from "./codec";
import { decodeClassHealth, decodeHealth } from "./health_codec";
import type { ClassHealth, HealthSeries } from "./health_types";

/** Names what was measured of a layer up to one of its snapshots; `v` is from the index. */
export interface HealthAddress {
  readonly run: string;
  /** "" for the whole network. */
  readonly layer: string;
  readonly v: string;
}

/** Every measure of a layer, and of its tasks, at every snapshot. */
export function askHealth(client: Client, where: HealthAddress, signal: AbortSignal): Promise<HealthSeries> {
  return client.packed("health", { ...where }, signal, decodeHealth);
}

/** The measures of a layer's classes, and of every pair of them where they are few. */
export function askClassHealth(
  client: Client,
  where: HealthAddress,
  signal: AbortSignal,
): Promise<ClassHealth> {
  return client.packed("health_classes", { ...where }, signal, decodeClassHealth);
}

/** Rows of the samples of a task, ascending; `v` is the task's version. */
export function askTaskRows(
  client: Client,
  run: string,
  v: string,
  signal: AbortSignal,
): Promise<Int32Array> {
  return client.packed("task", { run, v }, signal, decodeRows);
}
