/** Names of the classes, where their strips on top begin; each leads to its samples. */
import type { JSX } from "preact";
import { inWindow, onTop, sizeOf } from "../../charts/cube_geometry";
import { classColours } from "../../theme/palettes";
import { useStore } from "../store_context";
import { GUTTER, useTraining } from "../training/plot_area";
import type { Model } from "./model";
import { openClass } from "./open";

/** Free for the titles of the faces, left of the names, in pixels. */
const TITLES = 118;
/** Names this near to an end of what is shown are left out: they would be cut. */
const EDGE = 8;
/** Between a name and its strip. */
const GAP = 5;

interface ClassNamesProps {
  readonly model: Model;
  readonly behind: number;
  readonly depth: number;
}

export function ClassNames({ model, behind, depth }: ClassNamesProps): JSX.Element {
  const store = useStore();
  const state = useTraining();
  const dark = store.transient.dark.value;
  const { columnAxis, columns } = model;
  const seen = inWindow(columnAxis, behind, depth);
  const colours = classColours(1 + Math.max(0, ...columns.map((column) => column.class)), dark);
  return (
    <>
      {columns.slice(seen.first, seen.end).map((column, i) => {
        const place = seen.first + i;
        const middle = (columnAxis.edges[place] as number) + sizeOf(columnAxis, place) / 2 - behind;
        if (middle < EDGE || middle > depth - EDGE) return null;
        const start = onTop(0, middle);
        return (
          <button
            key={column.class}
            type="button"
            class="cube-class"
            title={`'${column.name}', ${column.anomalies.length} anomalies: open it in the tab Classes`}
            style={{
              bottom: `${-start.y}px`,
              left: `${TITLES}px`,
              width: `${GUTTER - TITLES + start.x - GAP}px`,
              "--class": colours[column.class] as string,
            }}
            onClick={() => openClass(store, column.class)}
            onPointerEnter={() => {
              state.hoverClass.value = column.class;
            }}
            onPointerLeave={() => {
              state.hoverClass.value = -1;
            }}
          >
            <span>{column.name}</span>
            <i class="class-dot small-dot" />
          </button>
        );
      })}
    </>
  );
}
