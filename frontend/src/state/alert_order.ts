/** Why this file: which alerts a list shows and in which order, out of what its reader chose. Pure. */
import type { AlertInfo, Severity } from "../data/health_types";
import { rankOf } from "./alerts";

/** What is listed first: the worst, and of those the newest; or the newest, and of those the worst. */
export type AlertOrder = "worst" | "newest";

/** What a list is narrowed to; an empty set narrows nothing. */
export interface AlertFilter {
  readonly layer: ReadonlySet<string>;
  readonly rule: ReadonlySet<string>;
  readonly severity: ReadonlySet<Severity>;
}

export const NO_FILTER: AlertFilter = { layer: new Set(), rule: new Set(), severity: new Set() };

/** The alerts that pass, in order. */
export function listed(
  alerts: readonly AlertInfo[],
  filter: AlertFilter,
  order: AlertOrder,
): readonly AlertInfo[] {
  const worse = (p: AlertInfo, q: AlertInfo) => rankOf(q.severity) - rankOf(p.severity);
  const newer = (p: AlertInfo, q: AlertInfo) => q.step - p.step;
  const [first, second] = order === "worst" ? [worse, newer] : [newer, worse];
  return alerts.filter((alert) => passes(alert, filter)).toSorted((p, q) => first(p, q) || second(p, q));
}

function passes(alert: AlertInfo, { layer, rule, severity }: AlertFilter): boolean {
  return (
    (layer.size === 0 || layer.has(alert.layer)) &&
    (rule.size === 0 || rule.has(alert.rule)) &&
    (severity.size === 0 || severity.has(alert.severity))
  );
}

/** The filter with one value put in or taken out. */
export function toggled<K extends keyof AlertFilter>(
  filter: AlertFilter,
  key: K,
  value: string,
): AlertFilter {
  const chosen = new Set<string>(filter[key]);
  if (!chosen.delete(value)) chosen.add(value);
  return { ...filter, [key]: chosen };
}

/** Alerts that lie at one place of the time axis. */
export interface AlertGroup {
  /** In pixels. */
  readonly x: number;
  /** The worst first, and of those the earliest. */
  readonly alerts: readonly AlertInfo[];
}

/**
 * Alerts of one axis as marks that can be told apart: one less than `reach` pixels from the first of a mark joins it.
 *
 * @param alerts by step, ascending
 * @param x place of a step in pixels
 */
export function grouped(
  alerts: readonly AlertInfo[],
  x: (step: number) => number,
  reach: number,
): readonly AlertGroup[] {
  const groups: { x: number; alerts: AlertInfo[] }[] = [];
  for (const alert of alerts) {
    const at = x(alert.step);
    const last = groups.at(-1);
    if (last !== undefined && at - last.x < reach) last.alerts.push(alert);
    else groups.push({ x: at, alerts: [alert] });
  }
  for (const group of groups) group.alerts.sort((p, q) => rankOf(q.severity) - rankOf(p.severity));
  return groups;
}
