/** Above the faces: how many cells stand out, what the colours mean, and what is pointed at or in focus. */
import type { JSX } from "preact";
import { cellWords, MOST_Q, standing } from "../../charts/matrix_cells";
import { cubeView } from "../../state/cube";
import { mapGradient } from "../../theme/colour_maps";
import { useStore } from "../store_context";
import { useHighlight } from "./highlight";
import { cellFacts, type Model } from "./model";
import { openClass, openLayer } from "./open";

export function Summary({ model }: { model: Model }): JSX.Element {
  const { cells, stand } = standing(model.matrix);
  const hidden = model.matrix.layers.length - model.rows.length;
  return (
    <header class="cube-summary">
      <p>
        <strong>{standText(stand, cells)}</strong> <span class="faint">{doubtText(stand, model)}</span>
        {hidden > 0 && (
          <span class="faint"> {hidden === 1 ? "1 layer" : `${hidden} layers`} without a mark left out.</span>
        )}
      </p>
      <Legend most={model.most} />
      <Pointed model={model} />
    </header>
  );
}

function standText(stand: number, cells: number): string {
  const of = `of ${cells.toLocaleString("en-US")} cells`;
  if (stand === 0) return `None ${of} stands out.`;
  return `${stand.toLocaleString("en-US")} ${of} ${stand === 1 ? "stands" : "stand"} out.`;
}

function doubtText(stand: number, { steps }: Model): string {
  if (stand > 0) return `About ${100 * MOST_Q} % of those are expected to be wrong.`;
  return steps.length < 1 / MOST_Q
    ? `With ${steps.length} snapshots none can: chance is judged by shifts in time, and there are too few.`
    : "Chance explains them all: do not read a cause into them.";
}

function Legend({ most }: { most: number }): JSX.Element {
  const { dark } = useStore().transient;
  return (
    <div class="cube-legend">
      <span>1</span>
      <i class="cube-ramp" style={{ background: mapGradient("sequential", dark.value) }} />
      <span title="A mark: a filter was among the ten that changed most of all, in the time that led to a snapshot at which the class flipped.">
        {most.toLocaleString("en-US")} {most === 1 ? "mark" : "marks"}
      </span>
      <span title="Fewer than 5 % of the cells that look like this are expected to be chance (q at most .05).">
        <i class="cube-key" data-kind="stands" /> stands out
      </span>
      <span title="The class's anomalies, shifted in time, meet as many marks often enough.">
        <i class="cube-key" data-kind="chance" /> chance explains it
      </span>
    </div>
  );
}

/** The cell under the pointer, or the one in focus and what can be done with it. */
function Pointed({ model }: { model: Model }): JSX.Element {
  const store = useStore();
  const cube = cubeView(store);
  const at = useHighlight(model).value;
  const [row, column] = [model.rows[at.row], model.columns[at.column]];
  const focus = cube.focus.value;
  const inFocus = focus !== null && row?.layer === focus.layer && column?.class === focus.class;
  const words =
    row !== undefined && column !== undefined
      ? cellWords(cellFacts(model, row, model.columns, at.column))
      : (row?.name ??
        (column === undefined
          ? "Point at a cell to read it, click to keep it in focus."
          : `'${column.name}', ${column.anomalies.length} anomalies`));
  return (
    <div class="cube-pointed">
      <output title={words}>{words}</output>
      {inFocus && row !== undefined && (
        <>
          <button type="button" class="text-button" onClick={() => openClass(store, column?.class ?? -1)}>
            see its samples
          </button>
          <button type="button" class="text-button" onClick={() => openLayer(store, row.layer)}>
            see the layer
          </button>
        </>
      )}
    </div>
  );
}
