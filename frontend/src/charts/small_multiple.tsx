/**
 * Why this file: one measure over the clock in the size of a stamp: lines with gaps, two or three ticks, alerts with the limit
 * that they passed, changes of the run's conditions, and where we are.
 */

import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Mark } from "./mark";
import type { TimeScale } from "./time_scale";
import { axisDomain, finiteRange, seriesPath, tickText, valueTicks } from "./value_axis";

/** Pixels: around the lines, and the distance that the pointer may be from a mark. */
export const MARGIN = { left: 34, right: 8, top: 9, bottom: 15 } as const;

export interface Line {
  readonly name: string;
  /** CSS */
  readonly colour: string;
  readonly times: ArrayLike<number>;
  /** NaN: a gap. */
  readonly values: ArrayLike<number>;
  readonly dashed?: boolean;
}

/** Something that happened: drawn at its value, or at the upper edge where it has none. */
export interface ChartMark {
  readonly key: string;
  readonly time: number;
  readonly value: number | null;
  readonly words: string;
  readonly shape: ComponentChildren;
  readonly onClick: () => void;
}

/** What a value had to pass, from the time of what it was compared with to when it was known. */
export interface Limit {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

export interface SmallMultipleProps {
  /** What it shows, in words. */
  readonly label: string;
  readonly scale: TimeScale;
  /** CSS pixels, the ticks included. */
  readonly height: number;
  readonly lines: readonly Line[];
  readonly least: number;
  readonly bounds: readonly [number, number];
  /** Writes the tick of a value; ticks are told apart by the others. */
  readonly tick?: (value: number, ticks: readonly number[]) => string;
  readonly marks?: readonly ChartMark[];
  readonly limits?: readonly Limit[];
  readonly changes?: readonly { readonly kind: string; readonly time: number; readonly words: string }[];
  /** A level to compare with, as chance. */
  readonly floor?: number;
  /** Said below the middle: the unit, what would be bad. */
  readonly below?: string;
  /** Names of the clock's ends. */
  readonly ends: readonly [string, string];
  readonly now: ReadonlySignal<number>;
  /** Time under the pointer, in whichever chart. */
  readonly hover: ReadonlySignal<number | null>;
  readonly onHover: (time: number | null) => void;
  readonly onSeek: (time: number) => void;
}

/** `scale` is as wide as what is between the margins. */
export function SmallMultiple(props: SmallMultipleProps): JSX.Element {
  const { label, scale, height, lines, least, bounds, marks = [], limits = [], changes = [], floor } = props;
  const text = props.tick ?? tickText;
  const plot = height - MARGIN.top - MARGIN.bottom;
  const inside = (time: number) => time >= scale.from && time <= scale.to;
  const { y, ticks, paths } = useMemo(() => {
    const also = [...limits.map(({ value }) => value), ...(floor === undefined ? [] : [floor])];
    const domain = axisDomain(finiteRange([...lines.map(({ values }) => values), also]), least, bounds);
    const [low, high] = domain;
    const place = (value: number) => plot * (1 - (value - low) / (high - low));
    return {
      y: place,
      ticks: valueTicks(domain).filter((tick) => tick >= bounds[0] && tick <= bounds[1]),
      paths: lines.map(({ times, values }) => seriesPath(times, values, scale, place)),
    };
  }, [lines, limits, floor, least, bounds, plot, scale]);
  const timeAt = (event: MouseEvent & { readonly currentTarget: Element }) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left - MARGIN.left;
    return Math.min(Math.max(scale.time(x), scale.from), scale.to);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: arrow keys go through the same times from anywhere.
    <svg
      class="stamp"
      role="img"
      aria-label={label}
      width={scale.width + MARGIN.left + MARGIN.right}
      height={height}
      onPointerMove={(event) => props.onHover(timeAt(event))}
      onPointerLeave={() => props.onHover(null)}
      onClick={(event) => props.onSeek(timeAt(event))}
    >
      <g transform={`translate(${MARGIN.left} ${MARGIN.top})`}>
        <rect class="stamp-ground" width={scale.width} height={plot} />
        {ticks.map((tick) => (
          <g key={tick}>
            <line class="stamp-grid" x1={0} x2={scale.width} y1={y(tick)} y2={y(tick)} />
            <text class="stamp-tick" x={-5} y={y(tick)} dy="0.32em" text-anchor="end">
              {text(tick, ticks)}
            </text>
          </g>
        ))}
        {changes
          .filter(({ time }) => inside(time))
          .map(({ kind, time, words }) => (
            <line
              key={words}
              class="stamp-change"
              data-kind={kind}
              x1={scale.x(time)}
              x2={scale.x(time)}
              y1={0}
              y2={plot}
            >
              <title>{words}</title>
            </line>
          ))}
        {floor !== undefined && (
          <line class="stamp-floor" x1={0} x2={scale.width} y1={y(floor)} y2={y(floor)} />
        )}
        {limits
          .filter(({ to }) => inside(to))
          .map(({ key, from, to, value }) => (
            <line
              key={key}
              class="stamp-limit"
              x1={scale.x(Math.max(from, scale.from))}
              x2={scale.x(to)}
              y1={y(value)}
              y2={y(value)}
            />
          ))}
        {lines.map(({ name, colour, dashed }, i) => (
          <path
            key={name}
            class="stamp-line"
            data-dashed={dashed ?? false}
            style={{ stroke: colour }}
            d={paths[i] ?? ""}
          />
        ))}
        <Cursor scale={scale} height={plot} at={props.hover} kind="hover" />
        <Cursor scale={scale} height={plot} at={props.now} kind="now" />
        {marks
          .filter(({ time }) => inside(time))
          .map(({ key, time, value, words, shape, onClick }) => (
            <Mark
              key={key}
              x={scale.x(time)}
              y={value === null ? 0 : y(value)}
              words={words}
              shape={shape}
              onClick={onClick}
            />
          ))}
        <text class="stamp-tick" x={0} y={plot + 12}>
          {props.ends[0]}
        </text>
        {props.below !== undefined && (
          <text class="stamp-tick" x={scale.width / 2} y={plot + 12} text-anchor="middle">
            {props.below}
          </text>
        )}
        <text class="stamp-tick" x={scale.width} y={plot + 12} text-anchor="end">
          {props.ends[1]}
        </text>
      </g>
    </svg>
  );
}

interface CursorProps {
  readonly scale: TimeScale;
  readonly height: number;
  readonly at: ReadonlySignal<number | null>;
  readonly kind: "now" | "hover";
}

/** A line that follows a time; nothing else is rendered again for it. */
function Cursor({ scale, height, at, kind }: CursorProps): JSX.Element | null {
  const time = at.value;
  if (time === null || time < scale.from || time > scale.to) return null;
  const x = scale.x(time);
  return <line class="stamp-cursor" data-kind={kind} x1={x} x2={x} y1={0} y2={height} />;
}
