/** The row or column of what is pointed at, or else in focus, on any of the faces. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { sizeOf } from "../../charts/cube_geometry";
import { cubeView } from "../../state/cube";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import type { Model } from "./model";

/** Which row and column are highlighted; -1: none. */
export function useHighlight(model: Model) {
  const log = useTraining();
  const cube = cubeView(useStore());
  const places = useMemo(
    () => ({
      rows: new Map(model.rows.map(({ layer }, i) => [layer, i])),
      columns: new Map(model.columns.map((column, i) => [column.class, i])),
    }),
    [model],
  );
  return useDerived(() => {
    const [layer, one] = [log.hoverLayer.value, log.hoverClass.value];
    const pointed = layer >= 0 || one >= 0;
    const focus = cube.focus.value;
    return {
      row: places.rows.get(pointed ? layer : (focus?.layer ?? -1)) ?? -1,
      column: places.columns.get(pointed ? one : (focus?.class ?? -1)) ?? -1,
    };
  }, [places, log, cube]);
}

interface HighlightProps {
  readonly model: Model;
  readonly along: "row" | "column";
  /** What has been scrolled away, in pixels of the axis. */
  readonly from: number;
  /** Pixels of the plane for one of the axis. */
  readonly by: number;
  /** A column's places are counted upwards, as on the cube's top. */
  readonly up?: boolean;
  /** Across; all of the plane where nothing is said. */
  readonly width?: number;
}

export function Highlight({ model, along, from, by, up, width }: HighlightProps): JSX.Element | null {
  const place = useHighlight(model).value[along];
  if (place < 0) return null;
  const axis = along === "row" ? model.rowAxis : model.columnAxis;
  const start = `${((axis.edges[place] as number) - from) * by}px`;
  const size = `${sizeOf(axis, place) * by}px`;
  const wide = width === undefined ? { left: 0, right: 0 } : { left: 0, width: `${width}px` };
  const style =
    along === "row"
      ? { ...wide, top: start, height: size }
      : up
        ? { ...wide, bottom: start, height: size }
        : { top: 0, bottom: 0, left: start, width: size };
  return <i class="cube-band" style={style} />;
}
