/** Why this file: one strip of colours over time with its triangles; what is under the pointer is said, and a triangle can be clicked. */
import type { JSX } from "preact";
import { drawMarks, type Mark, markAt } from "../../charts/heat";
import { fillRows, putPixels } from "../../charts/pixels";
import { bucketAt, type TimeScale } from "../../charts/time_scale";
import { type ClassLog, classNameOf } from "../../state/class_log";
import { classesView } from "../../state/classes";
import { useStore } from "../store_context";
import { Plot } from "../training/plot";
import { useTimeScale } from "../training/plot_area";
import { type Paint, pixelRatio } from "./use_paint";
import { errorWords, markWords, timeWords } from "./words";

interface StripProps {
  readonly log: ClassLog;
  /** The class; -1: all samples, or some classes. */
  readonly index: number;
  readonly size: number;
  /** CSS pixels of the whole, and of the room for triangles above and below the colours; 0: they lie upon them. */
  readonly height: number;
  readonly margin?: number;
  /** Its colours, in device pixels. */
  readonly line: () => Uint32Array;
  /** What `line` depends on. */
  readonly inputs: readonly unknown[];
  readonly paint: Paint;
  readonly marks?: readonly Mark[];
  readonly label: string;
  /** 0 .. 1 at a snapshot, NaN. */
  readonly errorAt: (snapshot: number) => number;
}

const NO_MARKS: readonly Mark[] = [];
/** CSS pixels of the triangles that lie upon a strip. */
const SMALL = 5;

/** The strip. */
export function Strip(props: StripProps): JSX.Element {
  const { height, margin = 0, paint, marks = NO_MARKS } = props;
  const store = useStore();
  const view = classesView(store);
  const scale = useTimeScale();
  const tall = margin === 0 ? Math.min(SMALL, height / 3) : margin - 1;
  const pointed = (event: MouseEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return { x, mark: markAt(marks, scale, x, y < height / 2) };
  };
  const say = (event: MouseEvent) => {
    const { x, mark } = pointed(event);
    const unit = store.derived.unit.peek();
    (event.currentTarget as HTMLElement).title =
      mark === null ? spoken(props, scale, x, unit) : markTitle(props, mark, view.k.peek(), unit);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the list of anomalies has the same as buttons.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list of anomalies has the same as buttons.
    <div
      class="heat"
      onPointerMove={say}
      onClick={(event) => {
        const { mark } = pointed(event);
        if (mark === null) return;
        event.stopPropagation();
        view.pinAt(mark.anomaly.snapshot);
      }}
    >
      <Plot
        height={height}
        label={props.label}
        inputs={[...props.inputs, marks, paint, margin]}
        draw={(context) => {
          const ratio = pixelRatio();
          const line = props.line();
          const rows = Math.round((height - 2 * margin) * ratio);
          const pixels = new Uint32Array(line.length * rows);
          fillRows(pixels, line, 0, rows, paint.hatch);
          putPixels(context, pixels, line.length, Math.round(margin * ratio));
          const [top, bottom] = margin === 0 ? [tall, height - tall] : [margin, height - margin];
          drawMarks(context, marks, scale, { top, bottom, tall }, paint.marks);
        }}
      />
    </div>
  );
}

function markTitle({ log, index, size }: StripProps, mark: Mark, k: number, unit: string): string {
  const of = index < 0 ? "" : `'${classNameOf(log.set, index)}'`;
  const when = timeWords(unit, log.steps[mark.anomaly.snapshot]);
  return markWords(when, mark.rule, mark.count, size, of, k);
}

function spoken({ log, label, errorAt }: StripProps, scale: TimeScale, x: number, unit: string): string {
  const snapshot = bucketAt(log.edges, scale.time(x));
  if (snapshot < 0) return label;
  return `${timeWords(unit, log.steps[snapshot])}: error ${errorWords(errorAt(snapshot))}`;
}
