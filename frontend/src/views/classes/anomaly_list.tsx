/** What stands out: snapshots at which many samples of a class flipped, a button each, that goes there. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { shareOf } from "../../analysis/anomalies";
import { type ClassLog, classNameOf, errorAt } from "../../state/class_log";
import { classesView } from "../../state/classes";
import { count } from "../../ui/format";
import { useStore } from "../store_context";
import { Dot } from "./dot";
import { errorWords, ruleWords, timeWords } from "./words";

/** Shown at first, and at most. */
const FEW = 6;
const MOST = 200;

export function AnomalyList({ log }: { log: ClassLog }): JSX.Element {
  const store = useStore();
  const view = classesView(store);
  const all = useSignal(false);
  const { ranked, foundOf, k } = view;
  const unit = store.derived.unit.value;
  if (log.snapshots < 2) return <p class="classes-note">Anomalies: this needs two snapshots.</p>;
  if (view.flips.problem.value !== "") return <p class="classes-note">{view.flips.problem.value}</p>;
  if (view.counts.value === null) return <p class="classes-note">asking for the flips…</p>;
  const found = ranked.value;
  if (found.length === 0) {
    return (
      <p class="classes-note">
        No anomalies: nowhere do as many samples of a class flip together. Lower the threshold or the stable
        time to see smaller ones.
      </p>
    );
  }
  const most = all.value ? MOST : FEW;
  return (
    <details class="anomalies" open>
      <summary>
        <b>
          {count(found.length)} {found.length === 1 ? "anomaly" : "anomalies"}
        </b>{" "}
        <span class="faint">
          in {count(foundOf.value.size)} {foundOf.value.size === 1 ? "class" : "classes"}; those after which a
          class is worse first, the largest first
        </span>
      </summary>
      <ul>
        {found.slice(0, most).map((one) => {
          const { class: c, snapshot } = one;
          const size = log.answers.size[c] ?? 0;
          const [was, is] = [errorAt(log, c, snapshot - 1), errorAt(log, c, snapshot)];
          return (
            <li key={`${c} ${snapshot}`}>
              <button
                type="button"
                class="anomaly"
                title="Go there: pins the time and opens the class"
                onClick={() => view.goTo(one)}
              >
                <span class="anomaly-bar" style={{ "--share": shareOf(one, size) }} aria-hidden="true" />
                <span>
                  <b class="numeric">{timeWords(unit, log.steps[snapshot])}</b>: <Dot index={c} /> '
                  {classNameOf(log.set, c)}', {count(Math.max(one.left, one.right))} of {count(size)} flipped{" "}
                  {ruleWords(one, k.value)}
                </span>
                <span class="faint numeric">
                  error {errorWords(was)} {is > was ? "↗" : "↘"} {errorWords(is)}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {found.length > FEW && (
        <button
          type="button"
          class="text-button"
          onClick={() => {
            all.value = !all.peek();
          }}
        >
          {all.value
            ? "show the first"
            : `show ${found.length > MOST ? `the first ${MOST}` : `all ${found.length}`}`}
        </button>
      )}
    </details>
  );
}
