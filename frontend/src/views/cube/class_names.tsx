/** Names of the classes, where their strips on top begin; each leads to its samples. */
import type { JSX } from "preact";
import { inWindow, onTop, sizeOf } from "../../charts/cube_geometry";
import { GUTTER } from "../training/plot_area";
import { ClassButton } from "./class_button";
import type { Model } from "./model";

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
  const { columnAxis, columns } = model;
  const seen = inWindow(columnAxis, behind, depth);
  return (
    <>
      {columns.slice(seen.first, seen.end).map((column, i) => {
        const place = seen.first + i;
        const middle = (columnAxis.edges[place] as number) + sizeOf(columnAxis, place) / 2 - behind;
        if (middle < EDGE || middle > depth - EDGE) return null;
        const start = onTop(0, middle);
        return (
          <ClassButton
            key={column.class}
            column={column}
            class="cube-class"
            style={{
              bottom: `${-start.y}px`,
              left: `${TITLES}px`,
              width: `${GUTTER - TITLES + start.x - GAP}px`,
            }}
          />
        );
      })}
    </>
  );
}
