/** All samples as one strip, the groups of classes as one strip each, and what the colours and triangles mean. */
import type { JSX } from "preact";
import { codesOf, differenceLine, errorLine, marksOf, worst } from "../../charts/heat";
import { type ClassLog, classNameOf } from "../../state/class_log";
import { classesView } from "../../state/classes";
import { mapGradient } from "../../theme/colour_maps";
import { plural } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import { Row } from "../training/row";
import { Dot } from "./dot";
import type { Drawing } from "./drawing";
import { Strip } from "./strip";
import { errorWords, timeWords } from "./words";

const WHOLE_HEIGHT = 44;
/** Room for triangles above and below. */
const WHOLE_MARGIN = 10;
const WIDEST = 9;
const GROUP_HEIGHT = 16;
/** Names of a group's classes that are written out. */
const NAMED = 4;

/** The error of all samples, and where many of them flip together. */
export function WholeStrip({ drawing }: { drawing: Drawing }): JSX.Element {
  const store = useStore();
  const view = classesView(store);
  const { log, columns, paint, beside, difference } = drawing;
  const unit = store.derived.unit.value;
  const { found, least, size } = view.whole.value;
  const marks = useDerived(() => {
    const most = found.reduce((all, one) => Math.max(all, one.left, one.right), 0) / Math.max(1, size);
    return marksOf(found, log.steps, { least, size, most, widest: WIDEST });
  }, [found, least, size, log]).value;
  const codes = (of: ClassLog) => ({ codes: codesOf(of.answers.whole), stride: 1, index: 0 });
  const last = log.answers.whole[log.snapshots - 1] ?? Number.NaN;
  const at = found.map(({ snapshot }) => timeWords(unit, log.steps[snapshot])).join(", ");
  const theirs = () => (beside === null ? new Int16Array(0) : worst(codes(beside.log), beside.columns));
  const errorAt = (t: number) => log.answers.whole[t] ?? Number.NaN;
  return (
    <Row
      class="classes-whole"
      name={
        <>
          <span class="class-text">all samples</span> <b class="numeric">{errorWords(last)}</b>
        </>
      }
      trouble="Trouble: a dark spell in the midst of training, or a triangle where the learning rate does not change."
    >
      <div>
        <Strip
          log={log}
          index={-1}
          size={size}
          height={WHOLE_HEIGHT}
          margin={WHOLE_MARGIN}
          paint={paint}
          marks={marks}
          inputs={[drawing]}
          line={() => {
            const mine = worst(codes(log), columns);
            return difference
              ? differenceLine(mine, theirs(), paint.difference)
              : errorLine(mine, paint.error);
          }}
          label={`Error of all samples: ${errorWords(last)} now; ${at === "" ? "no anomalies" : `anomalies at ${at}`}`}
          errorAt={errorAt}
        />
        {beside !== null && !difference && (
          <Strip
            log={beside.log}
            index={-1}
            size={size}
            height={8}
            paint={paint}
            inputs={[drawing]}
            line={() => errorLine(theirs(), paint.error)}
            label={`Error of all samples in ${beside.log.run}`}
            errorAt={(t) => beside.log.answers.whole[t] ?? Number.NaN}
          />
        )}
      </div>
    </Row>
  );
}

/** Groups of classes whose errors go together; a group's name shows its classes alone. */
export function Groups({ drawing }: { drawing: Drawing }): JSX.Element {
  const view = classesView(useStore());
  const { log, columns, paint } = drawing;
  const { cluster, clusters, clusterError, order, size } = log.answers;
  const table = useDerived(() => codesOf(clusterError), [clusterError]).value;
  const chosen = view.cluster.value;
  return (
    <>
      {Array.from({ length: clusters }, (_, g) => {
        const members = [...order].filter((c) => cluster[c] === g && (size[c] ?? 0) > 0);
        const names = members.slice(0, NAMED).map((c) => classNameOf(log.set, c));
        const more = members.length - names.length;
        const said = `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
        const errorAt = (t: number) => clusterError[t * clusters + g] ?? Number.NaN;
        return (
          <Row
            key={g}
            class="classes-group"
            name={
              <button
                type="button"
                class="class-name"
                aria-pressed={chosen === g}
                title={`${plural(members.length, "class").replace("classs", "classes")} whose errors go together: ${said}. Press to see these alone.`}
                onClick={() => {
                  view.cluster.value = chosen === g ? null : g;
                }}
              >
                <span class="group-count numeric">{members.length}</span>
                {members.slice(0, NAMED).map((c) => (
                  <Dot key={c} index={c} />
                ))}
                <span class="class-text">{said}</span>
              </button>
            }
            trouble="Trouble: a group that stays dark, or darkens while the others do not."
          >
            <Strip
              log={log}
              index={-1}
              size={0}
              height={GROUP_HEIGHT}
              paint={paint}
              inputs={[drawing, table]}
              line={() =>
                errorLine(worst({ codes: table, stride: clusters, index: g }, columns), paint.error)
              }
              label={`Mean error of ${said}`}
              errorAt={errorAt}
            />
          </Row>
        );
      })}
    </>
  );
}

/** What colours and triangles mean. */
export function Legend({ drawing }: { drawing: Drawing }): JSX.Element {
  const store = useStore();
  const { otherProblem, otherRun } = useTraining();
  const view = classesView(store);
  const dark = store.transient.dark.value;
  const { difference, beside } = drawing;
  const k = view.k.value;
  const problem =
    otherRun.value === "" || beside !== null
      ? ""
      : otherProblem.value ||
        view.other.problem.value ||
        `${otherRun.value} has no answers of these samples yet.`;
  return (
    <div class="classes-legend">
      <span>
        {difference ? `error less than in ${beside?.log.run}` : "error 0"}{" "}
        <i
          class="legend-map"
          style={{ "background-image": mapGradient(difference ? "diverging" : "sequential", dark) }}
        />{" "}
        {difference ? "more" : "100 %"}
      </span>
      {!difference && <span class="faint">the middle colour is 25 %: small errors stay apart</span>}
      <span>
        <i class="legend-hatch" /> not seen
      </span>
      <span>
        ▼ {k === 1 ? "flip at once" : `flip after ${k} stable snapshots or more`} · ▲{" "}
        {k === 1 ? "the same" : `flip, then stable for ${k} or more`}
      </span>
      {problem !== "" && <span role="status">{problem}</span>}
      {beside !== null && !difference && <span class="faint">thin strips: {beside.log.run}</span>}
    </div>
  );
}
