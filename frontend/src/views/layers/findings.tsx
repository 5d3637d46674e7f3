/** What stands out in the log, above all layers: a dead one is the first thing that is seen. Each leads to its layer and time. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { TrainingFinding } from "../../data/training_types";
import { layers } from "../../state/layers";
import { training } from "../../state/training";
import { plural } from "../../ui/format";
import { useStore } from "../store_context";

/** Shown before somebody asks for more. */
const FIRST = 3;
/** Kinds that end or ruin learning, the worst first; the others are told in the order in which they come. */
const GRAVE = ["non-finite", "dead", "explosion"];

export function isGrave({ kind }: TrainingFinding): boolean {
  return GRAVE.includes(kind);
}

/** Kinds that are nouns. */
const COUNTED = new Set(["explosion", "spike", "drop", "plateau"]);

/** The same at the same row in several layers, as one. */
export interface Group {
  readonly first: TrainingFinding;
  readonly others: readonly TrainingFinding[];
}

/** The grave ones first. */
export function grouped(findings: readonly TrainingFinding[]): readonly Group[] {
  const groups = new Map<string, { first: TrainingFinding; others: TrainingFinding[] }>();
  for (const finding of findings) {
    const { kind, array, statistic, first_row } = finding;
    const key = JSON.stringify([kind, array, statistic, first_row]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: finding, others: [] });
    else if (group.first.place !== finding.place) group.others.push(finding);
  }
  const rank = ({ first }: Group) => (isGrave(first) ? GRAVE.indexOf(first.kind) : GRAVE.length);
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}

/** "1 dead, 2 spikes" */
function summary(groups: readonly Group[]): string {
  const counts = new Map<string, number>();
  for (const { first } of groups) counts.set(first.kind, (counts.get(first.kind) ?? 0) + 1);
  return [...counts].map(([kind, n]) => (COUNTED.has(kind) ? plural(n, kind) : `${n} ${kind}`)).join(", ");
}

/** "3 things stand out", and what. */
export function Findings({ findings }: { findings: readonly TrainingFinding[] }): JSX.Element | null {
  const store = useStore();
  const all = useSignal(false);
  const groups = grouped(findings);
  if (groups.length === 0) {
    return <p class="layers-quiet">Nothing stands out: no dead layer, no leap, no NaN.</p>;
  }
  const shown = all.value ? groups : groups.slice(0, FIRST);
  const grave = groups.some(({ first }) => isGrave(first));
  return (
    <details class="layers-panel" open={grave}>
      <summary>
        <b>{groups.length === 1 ? "1 thing stands out" : `${groups.length} things stand out`}</b>
        <span class="layers-first">{summary(groups)}</span>
      </summary>
      <ul>
        {shown.map((group) => (
          <li
            key={JSON.stringify([
              group.first.place,
              group.first.kind,
              group.first.array,
              group.first.statistic,
              group.first.first_row,
            ])}
          >
            <button
              type="button"
              class="layers-finding"
              data-grave={isGrave(group.first)}
              title="Open this layer at that time"
              onClick={() => {
                const { place, time, array } = group.first;
                const chosen = layers(store);
                if (array === "gradients" || array === "weights" || array === "update")
                  chosen.what.value = array;
                chosen.reveal(place);
                training(store).goTo(time);
              }}
            >
              <i aria-hidden="true">▼</i> {group.first.sentence}{" "}
              <span class="faint numeric">
                {store.derived.unit.value} {group.first.time.toFixed(1)}
              </span>
              {group.others.length > 0 && (
                <span class="faint" title={group.others.map(({ name }) => name).join(", ")}>
                  {" "}
                  The same in {group.others.length} more {group.others.length === 1 ? "layer" : "layers"} at
                  once.
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
      {groups.length > FIRST && (
        <button
          type="button"
          class="text-button"
          onClick={() => {
            all.value = !all.value;
          }}
        >
          {all.value ? "show the worst only" : `show all ${groups.length}`}
        </button>
      )}
    </details>
  );
}
