/** The tab Cube: which layers change when which classes do. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { fitting, RISE } from "../../charts/cube_geometry";
import { markedRows } from "../../charts/matrix_cells";
import { classesView } from "../../state/classes";
import { cubeView } from "../../state/cube";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import { TabFrame } from "../training/tab_frame";
import { whyAbsent } from "./absent";
import { Controls } from "./controls";
import { Faces } from "./faces";
import { Flat } from "./flat";
import { modelOf, type Sizes } from "./model";
import { Summary } from "./summary";
import { type Size, useSize } from "./use_size";

/** Shares of the tab's width and height that depth may take. */
const DEEP_WIDTH = 0.3;
const DEEP_HEIGHT = 0.24;
/** Columns of the cube in pixels: names on top need as much; wider ones tell nothing more. */
const COLUMN = { least: 19, most: 40 } as const;
const ROW = { least: 20, most: 44 } as const;
const FLAT = { row: 22, column: 28 } as const;
/** What is above the cube and around it: controls, rates and curves, summary. */
const ABOVE = 222;
/** Right of the cube, in pixels. */
const ROOM = 26;

export function CubeTab(): JSX.Element {
  const store = useStore();
  const state = useTraining();
  const cube = cubeView(store);
  const classes = classesView(store);
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  useEffect(() => {
    cube.width.value = size.width;
  }, [cube, size.width]);
  const absent = whyAbsent({ log: state, classes, cube });
  const matrix = absent === "" ? cube.matrix.value.value : null;
  const [stretch, set, layout] = [state.stretch.value, state.set.value, cube.layout.value];
  const { allOpen, open } = cube;
  const most = deepest(size);
  const sizes = useMemo(
    () =>
      layout === "flat"
        ? FLAT
        : cubeSizes(matrix === null ? 0 : markedRows(matrix).length, matrix?.classes.length ?? 0, size, most),
    [layout, matrix, size, most],
  );
  const [every, some] = [allOpen.value, open.value];
  const model = useMemo(
    () =>
      matrix === null || stretch === null || set === null
        ? null
        : modelOf(matrix, stretch.layers, set, (layer) => every || some.has(layer), sizes),
    [matrix, stretch, set, every, some, sizes],
  );
  const [log, data] = [state.log.value, classes.log.value.value];
  const depth = Math.min(most, model?.columnAxis.length ?? most);
  const room = model !== null && layout === "cube" ? depth + ROOM : undefined;
  return (
    <div ref={box} class="cube-tab">
      <TabFrame absent={absent} controls={<Controls />} room={room}>
        {model === null || data === null || log === null ? (
          <p class="training-note" role="status">
            asking which layers changed when which classes did…
          </p>
        ) : (
          <div class="cube-view">
            <Summary model={model} />
            {layout === "cube" ? (
              <Faces model={model} classes={data} log={log} depth={depth} />
            ) : (
              <Flat model={model} classes={data} log={log} />
            )}
          </div>
        )}
      </TabFrame>
    </div>
  );
}

/** How deep the cube may be in a tab of this size, in pixels to the right. */
function deepest({ width, height }: Size): number {
  return Math.max(4 * COLUMN.least, Math.min(DEEP_WIDTH * width, (DEEP_HEIGHT * height) / RISE));
}

function cubeSizes(rows: number, columns: number, { height }: Size, depth: number): Sizes {
  const column = fitting(columns, depth, COLUMN.least, COLUMN.most);
  const front = height - ABOVE - Math.min(depth, columns * column) * RISE;
  return { column, row: fitting(rows, front, ROW.least, ROW.most) };
}
