/** A class over time: its error, and a triangle at each of its anomalies. */
import type { JSX } from "preact";
import { columnsOf } from "../../charts/time_scale";
import { type ClassLog, lastError } from "../../state/class_log";
import { mapColours } from "../../theme/colour_maps";
import { useStore } from "../store_context";
import { token } from "../training/head";
import { Plot } from "../training/plot";
import type { MatrixColumn } from "./model";
import { columnError, paintColumns, paintTriangles } from "./strip_paint";

/** Half the width of a triangle, of a strip's height, in pixels. */
const TRIANGLE = 0.42;

interface ClassStripProps {
  readonly classes: ClassLog;
  readonly column: MatrixColumn;
  readonly height: number;
}

export function ClassStrip({ classes, column, height }: ClassStripProps): JSX.Element {
  const { transient, derived } = useStore();
  const dark = transient.dark.value;
  const error = lastError(classes, column.class);
  const times = column.anomalies.map((snapshot) => classes.steps[snapshot] as number);
  const label =
    `Error of '${column.name}'${Number.isNaN(error) ? "" : `, ${(100 * error).toFixed(0)} % at the end`}; ` +
    `anomalies at ${derived.unit.value} ${times.join(", ")}`;
  return (
    <Plot
      height={height}
      label={label}
      inputs={[classes, column, dark]}
      draw={(context, scale, high) => {
        context.clearRect(0, 0, scale.width, high);
        context.fillStyle = token("--track");
        context.fillRect(0, 0, scale.width, high);
        const columns = columnsOf(classes.edges, scale, Math.ceil(scale.width));
        const values = columnError(classes.answers.error, classes.classes, column.class, columns);
        paintColumns(context, values, [0, 1], mapColours("sequential", dark), 0, high);
        paintTriangles(
          context,
          times,
          scale,
          Math.min(5, TRIANGLE * high),
          token("--accent"),
          token("--surface"),
        );
      }}
    />
  );
}
