/** The filters of one layer over the clock: what its row becomes when somebody asks for them. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { degrees, gridOf, matrixSize, paintMatrix } from "../../charts/filter_matrix";
import { packed, putPixels } from "../../charts/raster";
import { bucketAt } from "../../charts/time_scale";
import { changeOf, UNKNOWN_CHANGE } from "../../data/training_codec";
import type { FilterTile, LayerInfo } from "../../data/training_types";
import { layers } from "../../state/layers";
import type { RowSpan } from "../../state/row_span";
import { mapColours } from "../../theme/colour_maps";
import { count, plain } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";
import { token } from "../training/head";
import { Plot } from "../training/plot";
import { useTimeScale, useTraining } from "../training/plot_area";
import { useAnswer } from "../training/use_answer";
import { drawMarks, type Mark } from "./marks";
import { askedWidth, type Side } from "./use_strips";

/** Layers with more filters are asked for at half the width: that is a megabyte for a thousand. */
const MANY = 512;

export interface FilterRowsProps {
  readonly side: Side;
  readonly place: number;
  readonly layer: LayerInfo;
  readonly span: RowSpan | null;
  readonly marks: readonly Mark[];
  /** The filter under the pointer, for the words beside the picture. */
  readonly pointed: { value: number };
}

function useTile({ side, place, layer, span }: Omit<FilterRowsProps, "marks" | "pointed">) {
  const state = useTraining();
  const { width } = useTimeScale();
  const asked = askedWidth(layer.filters > MANY ? width / 2 : width);
  const query = { stretch: side.stretch, width: asked, ...span };
  const answer =
    width === 0
      ? null
      : state.ask(side.log, `filters ${place} ${JSON.stringify(query)}`, (client, signal) =>
          client.filters(place, query, signal),
        );
  return useAnswer(answer, `${side.log.index.run} ${side.stretch} ${layer.name}`);
}

export function FilterRows(props: FilterRowsProps): JSX.Element {
  const { layer, marks, pointed } = props;
  const store = useStore();
  const chosen = layers(store);
  const scale = useTimeScale();
  const dark = store.transient.dark.value;
  const how = chosen.normalise.value;
  const { value: tile, problem } = useTile(props);
  const { height, rows } = matrixSize(layer.filters);
  // In the canvas's own pixels across.
  const columns = Math.round(scale.width * (window.devicePixelRatio || 1));
  const grid = useMemo(
    () => (tile === null || columns === 0 ? null : gridOf(tile, scale, columns, rows)),
    [tile, scale, columns, rows],
  );
  const shares = useMemo(() => (grid === null ? null : degrees(grid, how)), [grid, how]);
  const outlined = chosen.outlined.value;
  const wanted = outlined?.layer === layer.name && outlined.filter < layer.filters ? outlined.filter : -1;
  if (problem !== "" && tile === null) return <p class="plot-problem">{problem}</p>;
  return (
    <div
      onPointerMove={(event) => {
        const y = event.clientY - event.currentTarget.getBoundingClientRect().top;
        pointed.value = Math.min(layer.filters - 1, Math.max(0, Math.floor((y / height) * layer.filters)));
      }}
      onPointerLeave={() => {
        pointed.value = -1;
      }}
    >
      <Plot
        height={height}
        label={`Change of each of the ${layer.filters} filters of ${layer.name}`}
        inputs={[grid, shares, dark, wanted, marks]}
        draw={(context, time) => {
          if (grid !== null && shares !== null) {
            const colours = mapColours("sequential", dark).map(packed);
            putPixels(context, (pixels, w, h) => paintMatrix(pixels, w, h, grid, shares, colours));
          }
          if (wanted >= 0) outline(context, time.width, height, wanted, layer.filters);
          drawMarks(context, time, marks);
        }}
      />
    </div>
  );
}

function outline(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  filter: number,
  filters: number,
): void {
  const [top, bottom] = [(filter / filters) * height, ((filter + 1) / filters) * height];
  context.fillStyle = token("--accent");
  context.fillRect(0, Math.max(0, top - 1.5), width, 1.5);
  context.fillRect(0, Math.min(height - 1.5, Math.max(bottom, top + 1)), width, 1.5);
}

/** A field for a filter's number, and what is known of the one that is pointed at or was chosen. */
export function FilterWords(props: Omit<FilterRowsProps, "marks">): JSX.Element {
  const { layer, pointed } = props;
  const store = useStore();
  const state = useTraining();
  const chosen = layers(store);
  const { value: tile } = useTile(props);
  const chosenHere = useSignal(-1);
  const outlined = chosen.outlined.value;
  chosenHere.value = outlined?.layer === layer.name ? outlined.filter : -1;
  const words = useDerived(() => {
    const filter = pointed.value >= 0 ? pointed.value : chosenHere.value;
    const time = state.hover.value ?? state.now.value;
    return tile === null || filter < 0 ? "" : filterWords(tile, filter, time);
  }, [store, state, tile, pointed, chosenHere]);
  return (
    <span class="layers-filter">
      <label>
        filter{" "}
        <input
          class="field"
          type="number"
          min={0}
          max={layer.filters - 1}
          aria-label={`Number of a filter of ${layer.name} to outline`}
          value={chosenHere.value < 0 ? "" : chosenHere.value}
          onInput={(event) => {
            const { value, valueAsNumber } = event.currentTarget;
            const filter = value === "" ? -1 : valueAsNumber;
            const there = Number.isInteger(filter) && filter >= 0 && filter < layer.filters;
            chosen.outlined.value = there ? { layer: layer.name, filter } : null;
          }}
        />{" "}
        of {count(layer.filters)}
      </label>
      <output class="numeric">{words}</output>
    </span>
  );
}

/** "filter 3, step 1,200: change 0.0012"; of the filters that share its row the one that changed most. */
function filterWords(tile: FilterTile, filter: number, time: number): string {
  const bucket = bucketAt(tile.times, time);
  if (bucket < 0) return `filter ${filter}: nothing was logged then`;
  const code = tile.codes[bucket * tile.filters + filter] ?? UNKNOWN_CHANGE;
  const step = (tile.steps[bucket] as number).toLocaleString("en-US");
  return `filter ${filter}, step ${step}: ${code === UNKNOWN_CHANGE ? "not known" : `change ${plain(changeOf(code))}`}`;
}
