/** Why this file: a small chart of a measure with its name, its number and what would be bad. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { MARGIN, SmallMultiple } from "../../charts/small_multiple";
import { timeScale } from "../../charts/time_scale";
import { finiteRange, tickText } from "../../charts/value_axis";
import type { AlertInfo } from "../../data/health_types";
import { alerts } from "../../state/alerts";
import { health } from "../../state/health";
import { healthView } from "../../state/health_view";
import { count, plural } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { SeverityMark } from "../alerts/mark";
import { useStore } from "../store_context";
import { alertsOf, type Chart, isOfLayer, limitsOf, valueAt } from "./lines";
import { badWords, valueText } from "./measures";

export const STAMP_HEIGHT = 92;

/** As charts write them: the mark of an alert with its middle at 0, 0. */
export function alertShape({ severity }: AlertInfo): JSX.Element {
  return (
    <g transform="translate(-6 -6)">
      <SeverityMark severity={severity} />
    </g>
  );
}

export function Stamp({ chart, width }: { chart: Chart; width: number }): JSX.Element {
  const store = useStore();
  const view = healthView(store);
  const { clock } = view;
  const { measure, lines } = chart;
  const all = health(store).alerts.value;
  const own = useMemo(() => alertsOf(chart, all), [chart, all]);
  const limits = useMemo(() => limitsOf(chart, own), [chart, own]);
  const { from, to } = view.window.value;
  const inner = Math.max(1, width - MARGIN.left - MARGIN.right);
  const scale = useMemo(() => timeScale(from, to, inner), [from, to, inner]);
  const detail = view.detail.value;
  const main = lines.find(({ layer }) => layer === detail) ?? lines.at(-1);
  const shown = useDerived(
    () => (main === undefined ? "" : valueText(measure, valueAt(main, clock.hover.value))),
    [clock, main, measure],
  );
  const unit = store.derived.unit.value;
  const said = lines.map((line) => `${line.name} ${valueText(measure, valueAt(line, null))}`).join(", ");
  const told = own.length === 0 ? "" : `; ${plural(own.length, "alert")}`;
  const below = [measure.unit, badWords(measure)].filter((part) => part !== "").join(", ");
  const most = Math.max(0, ...(finiteRange(lines.map(({ values }) => values)) ?? []).map(Math.abs));
  return (
    <figure class="health-stamp">
      <figcaption title={measure.says}>
        <span class="stamp-name">{measure.title}</span>
        <span class="stamp-value numeric">{shown}</span>
      </figcaption>
      <SmallMultiple
        label={`${measure.title}: ${said}${told}. ${measure.says}`}
        scale={scale}
        height={STAMP_HEIGHT}
        lines={lines}
        least={Math.max(measure.least, measure.relative * most)}
        bounds={measure.bounds}
        tick={measure.share ? shareTick : tickText}
        marks={own.map((alert) => ({
          key: alert.version,
          time: alert.step,
          value: isOfLayer(alert) ? alert.value : null,
          words: `${unit} ${count(alert.step)}, ${alert.severity}: ${alert.sentence}`,
          shape: alertShape(alert),
          onClick: () => alerts(store).visit(alert),
        }))}
        limits={limits}
        changes={view.changes.value}
        below={below}
        ends={[`${unit} ${count(from)}`, count(to)]}
        now={clock.now}
        hover={clock.hover}
        onHover={(time) => {
          clock.hover.value = time;
        }}
        onSeek={(time) => clock.goTo(time)}
      />
    </figure>
  );
}

/** Percentages, told apart. */
export function shareTick(value: number, ticks: readonly number[]): string {
  const all = ticks.map((tick) => 100 * tick);
  return `${tickText(100 * value, all)}%`;
}
