/**
 * Why this file: two measures against each other, as a path through time from pale to strong: whether training goes on, turns
 * back or runs in circles can be seen at once.
 */

import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Mark } from "./mark";
import { axisDomain, finiteRange, nearestIndex, tickText, valueTicks } from "./value_axis";

/** Pixels around the plane: ticks and names of the axes. */
const MARGIN = { left: 44, right: 12, top: 12, bottom: 34 } as const;
/** Points that are drawn, at most; of a longer run every n-th and the last. */
const MOST_POINTS = 300;
/** Up to so many points each is a dot. */
const MOST_DOTS = 120;
/** Pixels from a point at which it is still meant. */
const REACH = 24;

export interface TrajectoryAxis {
  readonly name: string;
  readonly values: ArrayLike<number>;
  readonly least: number;
  readonly bounds: readonly [number, number];
}

export interface TrajectoryMark {
  readonly key: string;
  readonly time: number;
  readonly words: string;
  readonly shape: ComponentChildren;
  readonly onClick: () => void;
}

interface TrajectoryProps {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  /** Ascending. */
  readonly times: ArrayLike<number>;
  readonly x: TrajectoryAxis;
  readonly y: TrajectoryAxis;
  /** CSS colours from the first time to the last. */
  readonly colours: readonly string[];
  readonly marks: readonly TrajectoryMark[];
  readonly now: ReadonlySignal<number>;
  readonly hover: ReadonlySignal<number | null>;
  readonly onHover: (time: number | null) => void;
  readonly onSeek: (time: number) => void;
}

/** Indices of points at which both are known, thinned where there are many. */
export function pathPoints(x: ArrayLike<number>, y: ArrayLike<number>, most = MOST_POINTS): number[] {
  const all: number[] = [];
  for (let t = 0; t < x.length; t++) {
    if (Number.isFinite(x[t] as number) && Number.isFinite(y[t] as number)) all.push(t);
  }
  const every = Math.ceil(all.length / most);
  return all.filter((_, k) => k % every === 0 || k === all.length - 1);
}

export function Trajectory(props: TrajectoryProps): JSX.Element {
  const { label, width, height, times, x, y, colours, marks } = props;
  const [across, down] = [
    Math.max(1, width - MARGIN.left - MARGIN.right),
    height - MARGIN.top - MARGIN.bottom,
  ];
  const { points, ticks, at } = useMemo(() => {
    const domains = [x, y].map((axis) => axisDomain(finiteRange([axis.values]), axis.least, axis.bounds));
    const [[x0, x1], [y0, y1]] = domains as [readonly [number, number], readonly [number, number]];
    const px = (value: number) => ((value - x0) / (x1 - x0)) * across;
    const py = (value: number) => (1 - (value - y0) / (y1 - y0)) * down;
    return {
      points: pathPoints(x.values, y.values),
      ticks: {
        x: valueTicks([x0, x1]).map((v) => [v, px(v)]),
        y: valueTicks([y0, y1]).map((v) => [v, py(v)]),
      },
      at: (t: number): [number, number] => [px(x.values[t] as number), py(y.values[t] as number)],
    };
  }, [x, y, across, down]);
  const first = times[points[0] ?? 0] ?? 0;
  const span = (times[points.at(-1) ?? 0] ?? 0) - first || 1;
  const colour = (t: number) =>
    colours[Math.round((((times[t] as number) - first) / span) * (colours.length - 1))] ?? "currentColor";
  const known = points.map((t) => times[t] as number);
  const pointAt = (time: number) => points[nearestIndex(known, time)];
  const nearest = (event: MouseEvent & { readonly currentTarget: Element }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [mx, my] = [event.clientX - box.left - MARGIN.left, event.clientY - box.top - MARGIN.top];
    let [best, least] = [-1, REACH];
    for (const t of points) {
      const [ax, ay] = at(t);
      const apart = Math.hypot(ax - mx, ay - my);
      if (apart < least) [best, least] = [t, apart];
    }
    return best < 0 ? null : (times[best] as number);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: arrow keys go through the same times from anywhere.
    <svg
      class="trajectory"
      role="img"
      aria-label={label}
      width={width}
      height={height}
      onPointerMove={(event) => props.onHover(nearest(event))}
      onPointerLeave={() => props.onHover(null)}
      onClick={(event) => {
        const time = nearest(event);
        if (time !== null) props.onSeek(time);
      }}
    >
      <g transform={`translate(${MARGIN.left} ${MARGIN.top})`}>
        <rect class="stamp-ground" width={across} height={down} />
        {ticks.x.map(([value = 0, place = 0]) => (
          <g key={value}>
            <line class="stamp-grid" x1={place} x2={place} y1={0} y2={down} />
            <text class="stamp-tick" x={place} y={down + 12} text-anchor="middle">
              {tickText(
                value,
                ticks.x.map(([v = 0]) => v),
              )}
            </text>
          </g>
        ))}
        {ticks.y.map(([value = 0, place = 0]) => (
          <g key={value}>
            <line class="stamp-grid" x1={0} x2={across} y1={place} y2={place} />
            <text class="stamp-tick" x={-5} y={place} dy="0.32em" text-anchor="end">
              {tickText(
                value,
                ticks.y.map(([v = 0]) => v),
              )}
            </text>
          </g>
        ))}
        <text class="stamp-axis" x={across / 2} y={down + 28} text-anchor="middle">
          {x.name} →
        </text>
        <text class="stamp-axis" text-anchor="middle" transform={`translate(-34 ${down / 2}) rotate(-90)`}>
          {y.name} →
        </text>
        {points.slice(1).map((t, k) => {
          const [from, to] = [at(points[k] as number), at(t)];
          return (
            <line
              key={t}
              class="trajectory-line"
              style={{ stroke: colour(t) }}
              x1={from[0]}
              y1={from[1]}
              x2={to[0]}
              y2={to[1]}
            />
          );
        })}
        {points.length <= MOST_DOTS &&
          points.map((t) => {
            const [cx, cy] = at(t);
            return (
              <circle key={t} class="trajectory-dot" style={{ fill: colour(t) }} cx={cx} cy={cy} r={2.6} />
            );
          })}
        {marks.map(({ key, time, words, shape, onClick }) => {
          const t = pointAt(time);
          if (t === undefined) return null;
          const [x, y] = at(t);
          return <Mark key={key} x={x} y={y} words={words} shape={shape} onClick={onClick} />;
        })}
        <Ring time={props.hover} kind="hover" place={(time) => pointAt(time)} at={at} />
        <Ring time={props.now} kind="now" place={(time) => pointAt(time)} at={at} />
      </g>
    </svg>
  );
}

interface RingProps {
  readonly time: ReadonlySignal<number | null>;
  readonly kind: "now" | "hover";
  readonly place: (time: number) => number | undefined;
  readonly at: (t: number) => [number, number];
}

/** A ring around the point of a time; nothing else is rendered again for it. */
function Ring({ time, kind, place, at }: RingProps): JSX.Element | null {
  const now = time.value;
  const t = now === null ? undefined : place(now);
  if (t === undefined) return null;
  const [cx, cy] = at(t);
  return <circle class="trajectory-ring" data-kind={kind} cx={cx} cy={cy} r={6} />;
}
