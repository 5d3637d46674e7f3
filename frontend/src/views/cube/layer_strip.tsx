/** A layer over time on the front: the largest change among its filters, or among each of its mini-sets. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { changeText } from "../../charts/matrix_cells";
import { columnsOf } from "../../charts/time_scale";
import { type Changes, cubeView, largestChange, rowsOf } from "../../state/cube";
import type { Log } from "../../state/training";
import { mapColours } from "../../theme/colour_maps";
import { useStore } from "../store_context";
import { token } from "../training/head";
import { Plot } from "../training/plot";
import { useTraining } from "../training/plot_area";
import { Row } from "../training/row";
import { useAnswer } from "../training/use_answer";
import type { MatrixRow, Model } from "./model";
import { openLayer } from "./open";
import { OpenButton } from "./open_button";
import { columnMost, finiteRange, paintColumns, paintTriangles } from "./strip_paint";

/** Pixels that a layer's filters are asked for; two buckets each. The maximum loses no spike, whatever the width. */
const ASKED_WIDTH = 250;
const GAP = 1;
const TRIANGLE = 3;

interface LayerStripProps {
  readonly model: Model;
  readonly row: MatrixRow;
  readonly log: Log;
  readonly height: number;
}

export function LayerStrip({ model, row, log, height }: LayerStripProps): JSX.Element {
  const store = useStore();
  const state = useTraining();
  const cube = cubeView(store);
  const dark = store.transient.dark.value;
  const { strips, problem } = useChanges(log, row);
  const focus = cube.focus.value;
  const anomalies = useMemo(() => {
    const column = model.columns.find((one) => one.class === focus?.class);
    return (column?.anomalies ?? []).map((snapshot) => model.steps[snapshot] as number);
  }, [model, focus]);
  const range = finiteRange(strips?.[0]?.values ?? new Float32Array(0));
  const says = `${row.name}: largest change of a filter, from ${changeText(range[0])} (light) to ${changeText(range[1])} (strong)`;
  return (
    <Row
      name={
        <>
          <button
            type="button"
            class="cube-name"
            onClick={() => openLayer(store, row.layer)}
            onPointerEnter={() => {
              state.hoverLayer.value = row.layer;
            }}
            onPointerLeave={() => {
              state.hoverLayer.value = -1;
            }}
          >
            {row.name}
          </button>
          <OpenButton model={model} row={row} />
        </>
      }
      trouble={`${row.name}. Trouble: one layer changes strongly at the very times at which a class flips, and others do not.`}
    >
      <Plot
        height={height - GAP}
        label={problem === "" ? says : problem}
        inputs={[strips, row, dark, anomalies, problem]}
        draw={(context, scale, high) => {
          context.clearRect(0, 0, scale.width, high);
          const paper = token("--track");
          const colours = mapColours("sequential", dark);
          strips?.forEach(({ values, times }, i) => {
            const columns = columnsOf(times, scale, Math.ceil(scale.width));
            const set = row.sets?.[i];
            const top = set === undefined ? 0 : set.top - (row.sets?.[0]?.top ?? 0);
            const tall = set === undefined ? high : set.height - GAP;
            context.fillStyle = paper;
            context.fillRect(0, top, scale.width, tall);
            paintColumns(context, columnMost(values, columns), finiteRange(values), colours, top, tall);
          });
          if (problem !== "") {
            context.fillStyle = token("--error-text");
            context.font = "11px Roboto, sans-serif";
            context.fillText(problem, 6, Math.min(high - 4, 14));
          }
          paintTriangles(context, anomalies, scale, TRIANGLE, token("--accent"), token("--surface"));
        }}
      />
    </Row>
  );
}

/** Changes of the whole layer, or of each of its mini-sets; at more detail where the clock is zoomed into. */
function useChanges(log: Log, row: MatrixRow): { strips: readonly Changes[] | null; problem: string } {
  const state = useTraining();
  const stretch = state.stretchNumber.value;
  const parts = row.sets === null ? [null] : row.sets.map(({ filters }) => filters);
  const about = `${stretch} ${row.layer} ${JSON.stringify(parts)}`;
  const ask = (start?: number, stop?: number) =>
    state.ask(log, `change ${about} ${start} ${stop}`, async (client, signal) => {
      const span = {
        stretch,
        width: ASKED_WIDTH,
        ...(start !== undefined && stop !== undefined && { start, stop }),
      };
      const tile = await client.filters(row.layer, span, signal);
      return parts.map((filters) => largestChange(tile, filters));
    });
  const all = useAnswer(ask(), `${log.index.run} ${about}`);
  const whole = all.value?.[0];
  const rows = whole === undefined || state.zoomed.value === null ? null : rowsOf(whole, state.window.value);
  const near = useAnswer(
    rows === null ? null : ask(rows.start, rows.stop),
    `${log.index.run} ${about} ${rows?.start} ${rows?.stop}`,
  );
  return { strips: (rows === null ? null : near.value) ?? all.value, problem: all.problem };
}
