/** Why this file: the way of one layer through separation and effective rank, and what its turns mean. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { pathPoints, Trajectory } from "../../charts/trajectory";
import { measureOf } from "../../data/health_types";
import { alerts } from "../../state/alerts";
import { health } from "../../state/health";
import { healthView } from "../../state/health_view";
import { MAP_LEVELS, mapColours } from "../../theme/colour_maps";
import { count, plain } from "../../ui/format";
import { useStore } from "../store_context";
import { measure } from "./measures";
import { alertShape } from "./stamp";

const SIZE = { width: 344, height: 290 } as const;
/** The palest part of the map is left out: it cannot be seen on the page. */
const FROM = Math.round(0.12 * MAP_LEVELS);
const READING =
  "Learning moves to the right: classes part. Back to the left: they run into each other. Straight down: the layer uses fewer dimensions; with a separation that falls, too, it collapses.";

export function Path(): JSX.Element | null {
  const store = useStore();
  const view = healthView(store);
  const { clock } = view;
  const layer = view.detail.value;
  const series = view.series.value.get(layer);
  const dark = store.transient.dark.value;
  const unit = store.derived.unit.value;
  const own = health(store).alerts.value.filter((alert) => alert.layer === layer);
  const axes = useMemo(() => {
    if (series === undefined) return null;
    const [x, y] = ["separation", "rank"].map((name) => {
      const { title, least, bounds } = measure(name);
      return { name: title, values: measureOf(series, name) ?? new Float32Array(0), least, bounds };
    });
    return x === undefined || y === undefined ? null : { x, y };
  }, [series]);
  if (series === undefined || axes === null) return null;
  const { x, y } = axes;
  const points = pathPoints(x.values, y.values);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) {
    return (
      <section class="health-path">
        <h3>Path of {layer}</h3>
        <p class="health-absent">
          A path needs separation and rank, and separation needs samples with labels of at least two classes.
        </p>
      </section>
    );
  }
  const at = (t: number) =>
    `separation ${plain(x.values[t])}, effective rank ${plain(y.values[t])} at ${unit} ${count(series.steps[t] as number)}`;
  const colours = mapColours("sequential", dark).slice(FROM);
  return (
    <section class="health-path">
      <h3 title={READING}>
        Separation and rank of {layer} <span class="health-what">over time</span>
      </h3>
      <Trajectory
        label={`Path of ${layer}: from ${at(first)} to ${at(last)}. ${READING}`}
        width={SIZE.width}
        height={SIZE.height}
        times={series.steps}
        x={x}
        y={y}
        colours={colours}
        marks={own.map((alert) => ({
          key: alert.version,
          time: alert.step,
          words: `${unit} ${count(alert.step)}, ${alert.severity}: ${alert.sentence}`,
          shape: alertShape(alert),
          onClick: () => alerts(store).visit(alert),
        }))}
        now={clock.now}
        hover={clock.hover}
        onHover={(time) => {
          clock.hover.value = time;
        }}
        onSeek={(time) => clock.goTo(time)}
      />
      <p class="health-ramp numeric">
        {unit} {count(series.steps[first] as number)}
        <i
          style={{
            background: `linear-gradient(90deg, ${colours.filter((_, i) => i % 16 === 0).join(", ")})`,
          }}
        />
        {count(series.steps[last] as number)}
      </p>
    </section>
  );
}
