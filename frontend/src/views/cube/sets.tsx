/** The mini-sets of an open layer: filters that change most at the very same anomalies, and what they share with which classes. */
import type { JSX } from "preact";
import { sizeOf } from "../../charts/cube_geometry";
import { cellLook, probability } from "../../charts/matrix_cells";
import { cubeView } from "../../state/cube";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import type { MatrixRow, Model, ShownSet } from "./model";

/** Above and below a mark. */
const EDGE = 1.5;

interface SetMarksProps {
  readonly model: Model;
  readonly row: MatrixRow;
  readonly place: number;
  /** Columns that can be seen. */
  readonly first: number;
  readonly end: number;
}

export function SetMarks({ model, row, place, first, end }: SetMarksProps): JSX.Element {
  let reached = false;
  return (
    <>
      {row.sets?.flatMap((set) =>
        set.marks
          .filter(({ column }) => column >= first && column < end)
          .map((mark) => {
            const tab = !reached;
            reached = true;
            return (
              <SetMark
                key={`${set.set} ${mark.column} ${mark.snapshot}`}
                {...{ model, row, set, mark, reached: tab }}
              />
            );
          }),
      )}
      <i
        class="cube-line"
        style={{ top: `${(model.rowAxis.edges[place] as number) + sizeOf(model.rowAxis, place) - 1}px` }}
      />
    </>
  );
}

interface SetMarkProps {
  readonly model: Model;
  readonly row: MatrixRow;
  readonly set: ShownSet;
  readonly mark: ShownSet["marks"][number];
  /** With the Tab key. */
  readonly reached: boolean;
}

function SetMark({ model, row, set, mark, reached }: SetMarkProps): JSX.Element {
  const store = useStore();
  const log = useTraining();
  const column = model.columns[mark.column];
  const time = model.steps[mark.snapshot] ?? 0;
  const detail = model.matrix.detail;
  const q = detail?.q[set.set]?.[mark.column] ?? 1;
  const shared = detail?.marks[set.set]?.[mark.column] ?? 1;
  const { kind } = cellLook(1, q, 1);
  const words =
    `${row.name} and '${column?.name}', ${store.derived.unit.value} ${time}: ` +
    `${set.filters.length === 1 ? "filter" : "filters"} ${someOf(set.filters)} changed most, ` +
    `as at ${shared} of the class's ${column?.anomalies.length} anomalies; ` +
    (kind === "stands" ? `stands out, q = ${probability(q)}` : "chance alone explains it");
  return (
    <button
      type="button"
      class="cube-mark"
      tabIndex={reached ? 0 : -1}
      aria-label={words}
      title={`${words}. Click: pin this time`}
      data-kind={kind}
      data-layer={row.layer}
      data-class={column?.class}
      data-x={mark.x + mark.width / 2}
      data-y={set.top + set.height / 2}
      style={{
        left: `${mark.x}px`,
        width: `${mark.width}px`,
        top: `${set.top + EDGE}px`,
        height: `${set.height - 2 * EDGE}px`,
      }}
      onClick={() => {
        if (!log.pins.peek().includes(time)) log.togglePin(time);
        if (column !== undefined) cubeView(store).focus.value = { layer: row.layer, class: column.class };
      }}
    />
  );
}

/** Numbers of filters, the first few of many. */
function someOf(filters: readonly number[]): string {
  const few = filters.slice(0, 6).join(", ");
  return filters.length > 6 ? `${few} and ${filters.length - 6} more` : few;
}

/** Which filters the strips of an open layer are of. */
export function SetNames({ row }: { row: MatrixRow }): JSX.Element | null {
  const first = row.sets?.[0];
  if (first === undefined) return null;
  return (
    <div class="cube-sets">
      {row.sets?.map(({ set, filters, top }) => (
        <span
          key={set}
          style={{ top: `${top - first.top}px` }}
          title={`Filters ${filters.join(", ")} of ${row.name}`}
        >
          {filters.length === 1 ? `filter ${filters[0]}` : `${filters.length}: ${someOf(filters)}`}
        </span>
      ))}
    </div>
  );
}

/** Lines from the first to the last mark of each set, and between the marks of one class at one time. */
export function SetLines({ model }: { model: Model }): JSX.Element | null {
  const sets = model.rows.flatMap(({ sets }) => sets ?? []);
  if (sets.length === 0) return null;
  return (
    <svg
      class="cube-set-lines"
      width={model.columnAxis.length}
      height={model.rowAxis.length}
      aria-hidden="true"
    >
      {model.joins.map(({ column, snapshot, x, from, to }) => (
        <line key={`${column} ${snapshot}`} class="cube-join" x1={x} x2={x} y1={from} y2={to} />
      ))}
      {sets.map(({ set, line, top, height }) =>
        line === null ? null : (
          <line
            key={set}
            x1={line.from}
            x2={line.to}
            y1={top + height / 2}
            y2={top + height / 2}
            stroke-width={line.width}
            stroke-opacity={line.opacity}
          />
        ),
      )}
    </svg>
  );
}
