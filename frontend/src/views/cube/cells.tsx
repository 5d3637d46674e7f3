/** The cells of layers and classes, or the marks of a layer's mini-sets: on the cube's right face, and flat. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { inWindow, sizeOf } from "../../charts/cube_geometry";
import { beside, cellLook, cellWords } from "../../charts/matrix_cells";
import { cubeView } from "../../state/cube";
import { MAP_LEVELS, mapColours } from "../../theme/colour_maps";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import { Highlight } from "./highlight";
import { cellFacts, type MatrixRow, type Model } from "./model";
import { SetLines, SetMarks } from "./sets";

/** Items beyond the window that are there all the same, so that arrow keys lead to them. */
const BEYOND = 2;
/** Pixels at which numbers fit into a cell. */
const NUMBER_WIDTH = 22;
const NUMBER_HEIGHT = 15;

/** What can be seen, in pixels of the matrix. */
export interface View {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface CellsProps {
  readonly model: Model;
  readonly view: View;
  /** Numbers are written into cells that have room for them. */
  readonly numbers?: boolean;
  /** Scrolls so that a place can be seen. */
  readonly reveal: (x: number, y: number) => void;
}

/** What is pointed at, from the element under the pointer or the focus. */
function cellAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-layer]") : null;
}

export function Cells({ model, view, numbers = false, reveal }: CellsProps): JSX.Element {
  const log = useTraining();
  const box = useRef<HTMLFieldSetElement>(null);
  const { rowAxis, columnAxis, rows } = model;
  const seen = inWindow(rowAxis, view.top, view.height);
  const [first, end] = [Math.max(0, seen.first - BEYOND), Math.min(rows.length, seen.end + BEYOND)];
  const { focus } = cubeView(useStore());
  // Without it Tab would find no cell once the one in focus is out of sight, or is none any more.
  const entered =
    rows.slice(first, end).some(({ layer, sets }) => layer === focus.value?.layer && sets === null) &&
    shownColumns(model, view).some((column) => model.columns[column]?.class === focus.value?.class);
  const point = (target: EventTarget | null) => {
    const cell = cellAt(target);
    log.hoverLayer.value = Number(cell?.dataset.layer ?? -1);
    log.hoverClass.value = Number(cell?.dataset.class ?? -1);
  };
  return (
    <fieldset
      ref={box}
      class="cube-cells"
      aria-label="Layers by classes: how many filters changed most when a class flipped"
      style={{ width: `${columnAxis.length}px`, height: `${rowAxis.length}px` }}
      onPointerOver={(event) => point(event.target)}
      onPointerLeave={() => point(null)}
      onFocusIn={(event) => point(event.target)}
      onFocusOut={() => point(null)}
      onKeyDown={(event) => {
        if (!event.key.startsWith("Arrow") || box.current === null) return;
        // Elsewhere these keys move the clock.
        event.preventDefault();
        event.stopPropagation();
        const cells = [...box.current.querySelectorAll<HTMLElement>("[data-layer]")];
        const places = cells.map(({ dataset }) => ({ x: Number(dataset.x), y: Number(dataset.y) }));
        const from = places[cells.indexOf(event.target as HTMLElement)];
        const to = from === undefined ? -1 : beside(places, from, event.key);
        const place = places[to];
        if (place === undefined) return;
        cells[to]?.focus({ preventScroll: true });
        reveal(place.x, place.y);
      }}
    >
      <Highlight model={model} along="row" from={0} by={1} />
      <Highlight model={model} along="column" from={0} by={1} />
      <SetLines model={model} />
      {rows.slice(first, end).map((row, i) => (
        <CellRow
          key={row.layer}
          model={model}
          place={first + i}
          row={row}
          view={view}
          numbers={numbers}
          entered={entered}
        />
      ))}
    </fieldset>
  );
}

interface CellRowProps {
  readonly model: Model;
  readonly row: MatrixRow;
  /** Among the rows that are shown. */
  readonly place: number;
  readonly view: View;
  readonly numbers: boolean;
  /** The cell in focus is among those that are rendered. */
  readonly entered: boolean;
}

/** Columns that are rendered. */
function shownColumns({ columnAxis, columns }: Model, view: View): readonly number[] {
  const seen = inWindow(columnAxis, view.left, view.width);
  const [first, end] = [Math.max(0, seen.first - BEYOND), Math.min(columns.length, seen.end + BEYOND)];
  return Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
}

function CellRow({ model, row, place, view, numbers, entered }: CellRowProps): JSX.Element {
  const store = useStore();
  const cube = cubeView(store);
  const colours = mapColours("sequential", store.transient.dark.value);
  const { rowAxis, columnAxis, columns, matrix } = model;
  const seen = inWindow(columnAxis, view.left, view.width);
  const [first, end] = [Math.max(0, seen.first - BEYOND), Math.min(columns.length, seen.end + BEYOND)];
  const top = rowAxis.edges[place] as number;
  const height = sizeOf(rowAxis, place);
  const focus = cube.focus.value;
  if (row.sets !== null) return <SetMarks model={model} row={row} place={place} first={first} end={end} />;
  return (
    <>
      {columns.slice(first, end).map((one, i) => {
        const column = first + i;
        const facts = cellFacts(model, row, columns, column);
        const { kind, level } = cellLook(facts.marks, facts.q, model.most);
        const words = cellWords(facts);
        const [left, width] = [columnAxis.edges[column] as number, sizeOf(columnAxis, column)];
        const chosen = focus?.layer === row.layer && focus.class === one.class;
        const reached = entered ? chosen : place === seen0(model, view) && column === seen.first;
        const room = numbers && width >= NUMBER_WIDTH && height >= NUMBER_HEIGHT;
        return (
          <button
            key={one.class}
            type="button"
            class="cube-cell"
            tabIndex={reached ? 0 : -1}
            aria-pressed={chosen}
            aria-label={words}
            title={words}
            data-kind={kind}
            data-strong={level > 0.5}
            data-layer={row.layer}
            data-class={one.class}
            data-x={left + width / 2}
            data-y={top + height / 2}
            style={{
              left: `${left}px`,
              top: `${top}px`,
              width: `${width - 1}px`,
              height: `${height - 1}px`,
              "--cell": colours[Math.round(level * (MAP_LEVELS - 1))] as string,
            }}
            onClick={() => {
              cube.focus.value = chosen ? null : { layer: row.layer, class: one.class };
            }}
          >
            {room && matrix.marks[row.row]?.[column] !== 0 ? facts.marks : null}
          </button>
        );
      })}
    </>
  );
}

/** The first row that can be seen. */
function seen0({ rowAxis }: Model, view: View): number {
  return inWindow(rowAxis, view.top, view.height).first;
}
