/**
 * Why this file: the cube. Three faces that share their edges: layers over time in front, classes over time on top, layers by
 * classes on the right. They are planes of the page, skewed by CSS, so that all on them can be pointed at and reached.
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import {
  inWindow,
  LEAN,
  onRight,
  RIGHT_SKEW,
  RISE,
  scrolledTo,
  sizeOf,
  TOP_SKEW,
} from "../../charts/cube_geometry";
import type { ClassLog } from "../../state/class_log";
import { cubeView } from "../../state/cube";
import type { Log } from "../../state/training";
import { useStore } from "../store_context";
import { GUTTER, Lines, useTimeScale, useTraining } from "../training/plot_area";
import { Cells } from "./cells";
import { ClassNames } from "./class_names";
import { ClassStrip } from "./class_strip";
import { Highlight } from "./highlight";
import { LayerStrip } from "./layer_strip";
import type { Model } from "./model";
import { SetNames } from "./sets";
import { useSize } from "./use_size";

const GAP = 1;
/** Height of a title, in pixels. */
const TITLE = 18;
/** Taken until the front was measured, in pixels. */
const ASSUMED_HEIGHT = 300;

interface FacesProps {
  readonly model: Model;
  readonly classes: ClassLog;
  readonly log: Log;
  /** How far the cube goes to the right of its front, in pixels. */
  readonly depth: number;
}

export function Faces({ model, classes, log, depth }: FacesProps): JSX.Element {
  const state = useTraining();
  const scale = useTimeScale();
  const focus = cubeView(useStore()).focus.value;
  const front = useRef<HTMLDivElement>(null);
  const height = useSize(front).height || ASSUMED_HEIGHT;
  const [scroll, setScroll] = useState(0);
  const [wished, setBehind] = useState(0);
  const { rowAxis, columnAxis, columns } = model;
  // How much of the classes has passed in front, and of the layers above.
  const behind = Math.max(0, Math.min(wished, columnAxis.length - depth));
  const top = Math.max(0, Math.min(scroll, rowAxis.length - height));
  const seenRows = inWindow(rowAxis, top, height);
  const seen = inWindow(columnAxis, behind, depth);
  const rise = depth * RISE;
  const tall = Math.min(height, rowAxis.length);
  const below = onRight(GUTTER + scale.width, 0, Math.min(tall, height - TITLE) + rise);
  const scrollBy = (right: number, down: number) => {
    if (right !== 0) setBehind(Math.max(0, Math.min(behind + right, columnAxis.length - depth)));
    if (down !== 0) front.current?.scrollBy(0, down);
  };
  const column = columns.findIndex((one) => one.class === focus?.class);
  useEffect(() => {
    if (column >= 0) setBehind((was) => scrolledTo(columnAxis, column, was, depth));
  }, [column, columnAxis, depth]);
  const reveal = (x: number, y: number) => {
    const row = inWindow(rowAxis, y, 1).first;
    setBehind(scrolledTo(columnAxis, inWindow(columnAxis, x, 1).first, behind, depth));
    if (front.current !== null) front.current.scrollTop = scrolledTo(rowAxis, row, top, height);
  };
  return (
    <div class="cube">
      <div class="cube-roof" style={{ height: `${rise}px` }}>
        <h3
          class="cube-title"
          title="The error of each class, light for none and strong for all; triangles are its anomalies. Trouble: a class whose error jumps and stays there, or triangles of several classes at one time."
        >
          Classes over time
        </h3>
        {columnAxis.length > depth && (
          <Depth
            first={seen.first}
            end={seen.end}
            of={columns.length}
            behind={behind}
            most={columnAxis.length - depth}
            move={setBehind}
          />
        )}
        <h3
          class="cube-title"
          data-below
          title="The largest change of a filter of each layer, each layer on a scale of its own. Trouble: a layer that changes strongly when a class flips while the others rest, or one that never rests."
        >
          Layers over time
        </h3>
        <ClassNames model={model} behind={behind} depth={depth} />
        <div
          class="cube-top"
          data-lean={LEAN}
          style={{ left: `${GUTTER}px`, width: `${scale.width}px`, height: `${rise}px`, transform: TOP_SKEW }}
          onPointerLeave={() => {
            state.hoverClass.value = -1;
          }}
          onWheel={(event) => {
            if (!event.ctrlKey && !event.metaKey) scrollBy(-event.deltaY * LEAN + event.deltaX, 0);
          }}
        >
          {columns.slice(seen.first, seen.end).map((column, i) => {
            const start = columnAxis.edges[seen.first + i] as number;
            const high = sizeOf(columnAxis, seen.first + i) * RISE;
            return (
              <div
                key={column.class}
                class="cube-strip"
                style={{ bottom: `${(start - behind) * RISE}px`, height: `${high}px` }}
                onPointerEnter={() => {
                  state.hoverClass.value = column.class;
                }}
              >
                <ClassStrip classes={classes} column={column} height={high - GAP} />
              </div>
            );
          })}
          <Highlight model={model} along="column" from={behind} by={RISE} up />
          <Lines scale={scale} />
        </div>
      </div>
      <div ref={front} class="cube-front" onScroll={(event) => setScroll(event.currentTarget.scrollTop)}>
        <div class="cube-rows" style={{ height: `${rowAxis.length}px` }}>
          {model.rows.slice(seenRows.first, seenRows.end).map((row, i) => {
            const place = seenRows.first + i;
            const high = sizeOf(rowAxis, place);
            return (
              <div
                key={row.layer}
                class="cube-row"
                style={{ top: `${rowAxis.edges[place]}px`, height: `${high}px` }}
                onPointerEnter={() => {
                  state.hoverLayer.value = row.layer;
                }}
                onPointerLeave={() => {
                  state.hoverLayer.value = -1;
                }}
              >
                <LayerStrip model={model} row={row} log={log} height={high} />
                <SetNames row={row} />
              </div>
            );
          })}
          <Highlight model={model} along="row" from={0} by={1} width={GUTTER + scale.width} />
        </div>
      </div>
      <div
        class="cube-right"
        style={{
          left: `${GUTTER + scale.width}px`,
          top: `${rise}px`,
          width: `${depth}px`,
          height: `${tall}px`,
          transform: RIGHT_SKEW,
        }}
        onWheel={(event) => {
          if (!event.ctrlKey && !event.metaKey) {
            scrollBy(event.deltaX + (event.shiftKey ? event.deltaY : 0), event.shiftKey ? 0 : event.deltaY);
          }
        }}
      >
        <div style={{ transform: `translate(${-behind}px, ${-top}px)` }}>
          <Cells model={model} view={{ left: behind, top, width: depth, height }} reveal={reveal} />
        </div>
      </div>
      <h3
        class="cube-title cube-title-right"
        style={{ left: `${below.x}px`, top: `${below.y}px`, width: `${depth}px` }}
        title="Trouble: a solid cell, alone in its column or its row: this layer changes with this class more than chance has it."
      >
        Layers by classes
      </h3>
    </div>
  );
}

interface DepthProps {
  readonly first: number;
  readonly end: number;
  readonly of: number;
  readonly behind: number;
  readonly most: number;
  readonly move: (behind: number) => void;
}

/** Which of the classes are shown, where not all are. */
function Depth({ first, end, of, behind, most, move }: DepthProps): JSX.Element {
  return (
    <label class="cube-depth">
      <span>
        {first + 1}–{end} of {of}
      </span>
      <input
        type="range"
        aria-label="Which classes are shown"
        min={0}
        max={most}
        value={behind}
        onInput={(event) => move(Number(event.currentTarget.value))}
      />
    </label>
  );
}
