/** Why this file: which classes of a layer are about to run into each other: the gap between every two of them, now. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { finiteRange, nearestIndex } from "../../charts/value_axis";
import { healthView } from "../../state/health_view";
import { MAP_LEVELS, mapColours } from "../../theme/colour_maps";
import { plain } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { Dot } from "../classes/dot";
import { useStore } from "../store_context";
import { type Pair, pairsAt, rowsOfClasses } from "./class_rows";

/** Pixels: the square, a cell at most, and what a cell needs to have its class named. */
const SIZE = 232;
const MOST_CELL = 26;
const NAMED = 12;
/** Letters of a class's name that fit beside the square. */
const LETTERS = 6;
/** Pairs that are listed as buttons. */
const NEAREST = 4;

export function PairMap(): JSX.Element | null {
  const store = useStore();
  const view = healthView(store);
  const series = view.classSeries.value;
  const pointed = useSignal<Pair | null>(null);
  const domain = useMemo(() => (series?.gaps ? finiteRange([series.gaps]) : null), [series]);
  // The map is drawn anew for another snapshot, not for every moment in between.
  const snapshot = useDerived(
    () => (series === null ? -1 : nearestIndex(series.steps, view.clock.now.value)),
    [series, view],
  ).value;
  if (series === null || series.gaps === null || domain === null) return null;
  const names = store.derived.classes.value;
  const name = (index: number) => names[index] ?? String(index);
  const pairs = pairsAt(series, snapshot);
  const cell = Math.min(MOST_CELL, SIZE / series.classes);
  const colours = mapColours("sequential", store.transient.dark.value);
  const colour = (gap: number) => {
    const share = domain[1] > domain[0] ? (gap - domain[0]) / (domain[1] - domain[0]) : 1;
    return colours[Math.round((1 - share) * (MAP_LEVELS - 1))];
  };
  const select = ({ a, b }: Pair) =>
    store.explore.selectRows(rowsOfClasses(store.data.samples.peek()?.labels, [a, b]), "replace");
  const words = ({ a, b, gap }: Pair) => `'${name(a)}' and '${name(b)}': gap ${number(gap)}`;
  const side = cell * series.classes;
  const gutter =
    cell >= NAMED ? 8 + 6 * Math.min(LETTERS, Math.max(...names.map(({ length }) => length), 1)) : 4;
  return (
    <section class="health-pairs">
      <h3 title="Logarithm of the squared distance between the centres of two classes over the sum of their mean squared distances to their own centre. Below 0 they overlap.">
        Gaps between classes <span class="health-what">now</span>
      </h3>
      <svg
        role="img"
        aria-label={`Gaps between ${series.classes} classes; the nearest: ${pairs.slice(0, NEAREST).map(words).join(", ")}`}
        width={gutter + side + 1}
        height={side + gutter}
        onPointerLeave={() => {
          pointed.value = null;
        }}
      >
        {cell >= NAMED &&
          [...Array(series.classes).keys()].map((index) => (
            <g key={index} class="stamp-tick">
              <text x={gutter - 5} y={cell * (index + 0.5)} dy="0.32em" text-anchor="end">
                {name(index).slice(0, LETTERS)}
              </text>
              <text
                transform={`translate(${gutter + cell * (index + 0.5)} ${side + 5}) rotate(${gutter > 20 ? -90 : 0})`}
                dy={gutter > 20 ? "0.32em" : "0.7em"}
                text-anchor={gutter > 20 ? "end" : "middle"}
              >
                {name(index).slice(0, LETTERS)}
              </text>
            </g>
          ))}
        {pairs.flatMap((pair) =>
          [
            [pair.a, pair.b],
            [pair.b, pair.a],
          ].map(([column = 0, row = 0]) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the nearest pairs are buttons below.
            <rect
              key={`${column} ${row}`}
              class="health-cell"
              data-pointed={pointed.value?.a === pair.a && pointed.value.b === pair.b}
              x={gutter + cell * column}
              y={cell * row}
              width={cell - 1}
              height={cell - 1}
              style={{ fill: colour(pair.gap) }}
              onPointerEnter={() => {
                pointed.value = pair;
              }}
              onClick={() => select(pair)}
            >
              <title>{words(pair)}</title>
            </rect>
          )),
        )}
      </svg>
      <p class="health-ramp numeric">
        merging {number(domain[0])}
        <i
          style={{
            background: `linear-gradient(90deg, ${colours
              .filter((_, i) => i % 16 === 15)
              .toReversed()
              .join(", ")})`,
          }}
        />
        {number(domain[1])} apart
      </p>
      <ul class="health-nearest" aria-label="Nearest classes">
        {pairs.slice(0, NEAREST).map((pair) => (
          <li key={`${pair.a} ${pair.b}`}>
            <button
              type="button"
              class="health-class"
              title={`Select the samples of ${words(pair)}`}
              onClick={() => select(pair)}
              onFocus={() => {
                pointed.value = pair;
              }}
            >
              <Dot index={pair.a} small /> {name(pair.a)} <Dot index={pair.b} small /> {name(pair.b)}
              <span class="numeric health-what"> {number(pair.gap)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function number(value: number): string {
  return plain(Number(value.toFixed(2))).replace("-", "−");
}
