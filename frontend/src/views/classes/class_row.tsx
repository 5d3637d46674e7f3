/** One class: opened or closed, selected by its name, its error over time, its anomalies. */
import type { JSX } from "preact";
import { marksOf } from "../../charts/heat";
import { classNameOf, errorAt, lastError } from "../../state/class_log";
import { classesView } from "../../state/classes";
import { plural } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import { Row } from "../training/row";
import { Dot } from "./dot";
import { besideLine, classLine, type Drawing } from "./drawing";
import { Strip } from "./strip";
import { classFacts, errorWords, timeWords } from "./words";

/** Half of the widest triangle, CSS pixels. */
const WIDEST = 6;
/** The other run's strip below, and the line between rows. */
export const THIN = 6;
export const GAP = 1;

interface ClassRowProps {
  readonly drawing: Drawing;
  readonly index: number;
  readonly height: number;
}

const NONE: readonly never[] = [];

export function ClassRow({ drawing, index, height }: ClassRowProps): JSX.Element {
  const store = useStore();
  const view = classesView(store);
  const { hoverClass } = useTraining();
  const { log, paint, beside, difference } = drawing;
  const unit = store.derived.unit.value;
  const name = classNameOf(log.set, index);
  const size = log.answers.size[index] ?? 0;
  const found = view.foundOf.value.get(index) ?? NONE;
  const [least, most] = [view.least.value[index] ?? 1, view.mostShare.value];
  const marks = useDerived(
    () => marksOf(found, log.steps, { least, size, most, widest: WIDEST }),
    [found, log, least, size, most],
  ).value;
  const open = view.open.value.has(index);
  const pointed = useDerived(() => hoverClass.value === index, [hoverClass, index]);
  const last = errorWords(lastError(log, index));
  const theirs = beside?.of[index] ?? -1;
  const lacking = beside !== null && theirs < 0;
  const at = found.map(({ snapshot }) => timeWords(unit, log.steps[snapshot])).join(", ");
  return (
    <div
      class="class-line"
      data-pointed={pointed}
      onPointerEnter={() => {
        hoverClass.value = index;
      }}
      onPointerLeave={() => {
        hoverClass.value = -1;
      }}
    >
      <Row
        name={
          <>
            <button
              type="button"
              class="class-flip"
              aria-expanded={open}
              aria-label={`Samples of ${name}`}
              title="Open the class to its samples"
              onClick={() => view.toggle(index)}
            >
              <span aria-hidden="true">{open ? "▾" : "▸"}</span>
            </button>
            <button
              type="button"
              class="class-name"
              title={`${classFacts(log, index, unit)} Press to select its samples.`}
              onClick={() => view.selectClass(index)}
            >
              <Dot index={index} />
              <span class="class-text">{name}</span>
            </button>
            {found.length > 0 && (
              <span class="class-count numeric" title={`Anomalies at ${at}`}>
                ▼{found.length}
              </span>
            )}
            <span class="class-error numeric">{lacking ? "not beside" : last}</span>
          </>
        }
        trouble="Trouble: a class that stays dark, turns dark again, or has triangles where others have none."
      >
        <div title={lacking ? `${beside?.log.run} has no class '${name}'` : undefined}>
          <Strip
            log={log}
            index={index}
            size={size}
            height={height}
            paint={paint}
            marks={marks}
            inputs={[drawing, index]}
            line={() => classLine(drawing, index)}
            label={`Error of ${name}: ${last} now; ${found.length === 0 ? "no anomalies" : `${plural(found.length, "time")} anomalous, at ${at}`}`}
            errorAt={(t) => errorAt(log, index, t)}
          />
          {beside !== null && !difference && (
            <Strip
              log={beside.log}
              index={theirs}
              size={0}
              height={THIN}
              paint={paint}
              inputs={[drawing, index]}
              line={() => besideLine(drawing, index)}
              label={
                lacking ? `${beside.log.run} has no class ${name}` : `Error of ${name} in ${beside.log.run}`
              }
              errorAt={(t) => (theirs < 0 ? Number.NaN : errorAt(beside.log, theirs, t))}
            />
          )}
        </div>
      </Row>
    </div>
  );
}
