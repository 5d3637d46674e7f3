/** Why this file: which lines, alerts and limits a chart of a measure draws; pure, from what is known of each layer. */
import type { Limit, Line } from "../../charts/small_multiple";
import { nearestIndex } from "../../charts/value_axis";
import { type AlertInfo, type HealthSeries, measureOf } from "../../data/health_types";
import { NETWORK } from "../../state/health_view";
import { mapColours } from "../../theme/colour_maps";
import { GROUPS, type Group, MEASURES, type Measure, measure } from "./measures";

/** Measure of the learning rate, which is not one of the layer. */
const RATE = "rate";
/** The palest colour of a layer, as a place on the map. */
const PALEST = 0.25;

/** Colours of layers from the first to the last: their order is the network's. A single one has none of its own. */
export function layerColours(layers: readonly string[], dark: boolean): ReadonlyMap<string, string> {
  const map = mapColours("sequential", dark);
  const place = (i: number) => (layers.length < 2 ? 1 : PALEST + ((1 - PALEST) * i) / (layers.length - 1));
  return new Map(
    layers.map((layer, i) => [
      layer,
      layers.length < 2 ? "var(--curve)" : (map[Math.round(place(i) * (map.length - 1))] as string),
    ]),
  );
}

export interface Chart {
  readonly measure: Measure;
  readonly lines: readonly (Line & { readonly layer: string })[];
}

/** The charts of a group, those without any number left out. */
export function chartsOf(
  group: Group,
  series: ReadonlyMap<string, HealthSeries>,
  colours: ReadonlyMap<string, string>,
): Chart[] {
  const names = new Set([...series.values()].flatMap(({ measures }) => measures));
  names.add(RATE);
  const known = MEASURES.filter((one) => names.has(one.name));
  const others = [...names].map(measure).filter((one) => !MEASURES.includes(one));
  return [...known, ...others]
    .filter((one) => one.group === group)
    .map((one) => ({ measure: one, lines: linesOf(one.name, series, colours) }))
    .filter(({ lines }) => lines.length > 0);
}

function linesOf(
  name: string,
  series: ReadonlyMap<string, HealthSeries>,
  colours: ReadonlyMap<string, string>,
): Chart["lines"] {
  return [...colours, [NETWORK, "var(--text)"] as const].flatMap(([layer, colour]) => {
    const own = series.get(layer);
    if (own === undefined) return [];
    const values = name === RATE ? (layer === NETWORK ? own.rates : null) : measureOf(own, name);
    if (values === null || !values.some(Number.isFinite)) return [];
    return [{ layer, name: layerName(layer), colour, times: own.steps, values }];
  });
}

/** How a layer is called. */
function layerName(layer: string): string {
  return layer === NETWORK ? "network" : layer;
}

/** The alerts that a chart shows: of its measure, in one of its layers. */
export function alertsOf(
  { measure: { name }, lines }: Chart,
  alerts: readonly AlertInfo[],
): readonly AlertInfo[] {
  return alerts.filter((one) => one.measure === name && lines.some(({ layer }) => layer === one.layer));
}

/** Whether the numbers of an alert are the layer's own: not of one class, pair or task of it. */
export function isOfLayer({ classes, task }: AlertInfo): boolean {
  return classes.length === 0 && task === "";
}

/** The limits that alerts passed: each from the last time at which its reference was reached. */
export function limitsOf({ lines }: Chart, alerts: readonly AlertInfo[]): Limit[] {
  return alerts.flatMap((alert) => {
    const line = lines.find(({ layer }) => layer === alert.layer);
    if (line === undefined || alert.limit === null || !isOfLayer(alert)) return [];
    return [{ key: alert.version, from: referenceTime(line, alert), to: alert.step, value: alert.limit }];
  });
}

/** When a line was last as near as it came to what an alert is compared with, before it passed the limit. */
function referenceTime({ times, values }: Line, { reference, since }: AlertInfo): number {
  let [best, least] = [since, Number.POSITIVE_INFINITY];
  if (reference === null) return times[0] ?? since;
  for (let t = 0; t < times.length && (times[t] as number) < since; t++) {
    const apart = Math.abs((values[t] as number) - reference);
    if (apart <= least) [best, least] = [times[t] as number, apart];
  }
  return best;
}

/** The value at a line's newest snapshot, or at the one nearest to a time; NaN where it is not known then. */
export function valueAt({ times, values }: Line, time: number | null): number {
  return values[time === null ? values.length - 1 : nearestIndex(times, time)] ?? Number.NaN;
}

/** All groups with something to show. */
export function groupsOf(series: ReadonlyMap<string, HealthSeries>, colours: ReadonlyMap<string, string>) {
  return GROUPS.map((group) => ({ ...group, charts: chartsOf(group.name, series, colours) })).filter(
    ({ charts }) => charts.length > 0,
  );
}
