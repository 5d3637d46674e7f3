/** The matrix alone, as large as there is room, and above it, over the clock, the class and the layer in focus. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { inWindow, scrolledTo, sizeOf } from "../../charts/cube_geometry";
import type { ClassLog } from "../../state/class_log";
import { cubeView } from "../../state/cube";
import type { Log } from "../../state/training";
import { Dot } from "../classes/dot";
import { useStore } from "../store_context";
import { GUTTER, useTraining } from "../training/plot_area";
import { Row } from "../training/row";
import { Cells } from "./cells";
import { ClassButton } from "./class_button";
import { ClassStrip } from "./class_strip";
import { LayerStrip } from "./layer_strip";
import type { Model } from "./model";
import { openLayer } from "./open";
import { OpenButton } from "./open_button";
import { SetNames } from "./sets";
import { useSize } from "./use_size";

/** Room for the names of classes above the matrix, in pixels: as long as the longest, within bounds. */
const HEAD = { least: 44, most: 110, letter: 6.5, dot: 18 } as const;
const STRIP_HEIGHT = 22;

interface FlatProps {
  readonly model: Model;
  readonly classes: ClassLog;
  readonly log: Log;
}

export function Flat({ model, classes, log }: FlatProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const [at, setAt] = useState({ left: 0, top: 0 });
  const { rowAxis, columnAxis, rows, columns } = model;
  const longest = Math.max(0, ...columns.map(({ name }) => name.length));
  const head = Math.min(HEAD.most, Math.max(HEAD.least, HEAD.dot + HEAD.letter * longest));
  const view = {
    ...at,
    width: Math.max(0, size.width - GUTTER),
    height: Math.max(0, size.height - head),
  };
  const seenRows = inWindow(rowAxis, view.top, view.height);
  const seen = inWindow(columnAxis, view.left, view.width);
  const reveal = (x: number, y: number) => {
    const [column, row] = [inWindow(columnAxis, x, 1).first, inWindow(rowAxis, y, 1).first];
    box.current?.scrollTo(
      scrolledTo(columnAxis, column, view.left, view.width),
      scrolledTo(rowAxis, row, view.top, view.height),
    );
  };
  return (
    <div class="cube-flat">
      <Focus model={model} classes={classes} log={log} />
      <div
        ref={box}
        class="cube-matrix"
        onScroll={({ currentTarget: { scrollLeft, scrollTop } }) =>
          setAt({ left: scrollLeft, top: scrollTop })
        }
      >
        <div
          class="cube-sheet"
          style={{
            width: `${GUTTER + columnAxis.length}px`,
            height: `${head + rowAxis.length}px`,
            "--head": `${head}px`,
          }}
        >
          <div class="cube-corner">
            <h3
              class="cube-title"
              title="Trouble: a solid cell, alone in its column or its row: this layer changes with this class more than chance has it."
            >
              Layers by classes
            </h3>
          </div>
          <div class="cube-heads" style={{ width: `${columnAxis.length}px` }}>
            {columns.slice(seen.first, seen.end).map((column, i) => (
              <ClassButton
                key={column.class}
                column={column}
                class="cube-head"
                style={{
                  left: `${columnAxis.edges[seen.first + i]}px`,
                  width: `${sizeOf(columnAxis, seen.first + i)}px`,
                }}
              />
            ))}
          </div>
          <div class="cube-side" style={{ height: `${rowAxis.length}px` }}>
            {rows.slice(seenRows.first, seenRows.end).map((row, i) => (
              <FlatName key={row.layer} model={model} place={seenRows.first + i} />
            ))}
          </div>
          <div class="cube-body">
            <Cells model={model} view={view} numbers reveal={reveal} />
          </div>
        </div>
      </div>
    </div>
  );
}

function FlatName({ model, place }: { model: Model; place: number }): JSX.Element | null {
  const store = useStore();
  const state = useTraining();
  const row = model.rows[place];
  if (row === undefined) return null;
  return (
    <div
      class="cube-side-row"
      style={{ top: `${model.rowAxis.edges[place]}px`, height: `${sizeOf(model.rowAxis, place)}px` }}
      onPointerEnter={() => {
        state.hoverLayer.value = row.layer;
      }}
      onPointerLeave={() => {
        state.hoverLayer.value = -1;
      }}
    >
      <button
        type="button"
        class="cube-name"
        title={`${row.name}: open it in the tab Layers`}
        onClick={() => openLayer(store, row.layer)}
      >
        {row.name}
      </button>
      <OpenButton model={model} row={row} />
      <SetNames row={row} />
    </div>
  );
}

/** Over the clock: the class and the layer in focus. */
function Focus({ model, classes, log }: FlatProps): JSX.Element | null {
  const store = useStore();
  const focus = cubeView(store).focus.value;
  const column = model.columns.find((one) => one.class === focus?.class);
  const row = model.rows.find(({ layer }) => layer === focus?.layer);
  if (column === undefined || row === undefined) return null;
  return (
    <div class="cube-focus">
      <Row
        name={
          <>
            <Dot index={column.class} small /> {column.name}
          </>
        }
        trouble="Trouble: an error that jumps and stays there. Triangles are the snapshots at which many of its samples flip."
      >
        <ClassStrip classes={classes} column={column} height={STRIP_HEIGHT} />
      </Row>
      <LayerStrip model={model} row={{ ...row, sets: null }} log={log} height={STRIP_HEIGHT} />
    </div>
  );
}
