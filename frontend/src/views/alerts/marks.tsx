/** Why this file: where on the time axis something went wrong: marks that lead there. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { AlertInfo } from "../../data/health_types";
import { grouped } from "../../state/alert_order";
import { alerts } from "../../state/alerts";
import { useStore } from "../store_context";
import { type AxisScale, isOnAxis } from "../timeline/axis_scale";
import { SeverityMark } from "./mark";
import { useSeen } from "./use_seen";

/** Marks nearer than this are one. Pixels. */
const REACH = 8;
/** Room that the count beside a mark takes. */
const COUNT_ROOM = 20;
/** Sentences in the tooltip of a mark. */
const MOST_SAID = 4;

function says({ step, severity, sentence }: AlertInfo): string {
  return `step ${step.toLocaleString("en-US")}, ${severity}: ${sentence}`;
}

/** The marks; one stop for the Tab key, within which arrows go on. @param width of the axis in pixels. */
export function AlertMarks({ scale, width }: { scale: AxisScale; width: number }): JSX.Element | null {
  const store = useStore();
  const state = alerts(store);
  const row = useRef<HTMLDivElement>(null);
  const stop = useSignal(0);
  useSeen();
  const steps = store.derived.allSteps.value;
  // The lists have all of them.
  const here = state.all.value.filter(({ step }) => isOnAxis(steps, step));
  const groups = grouped(here, (step) => scale.at(step) * width, REACH);
  if (groups.length === 0 || width === 0) return null;
  const current = Math.min(stop.value, groups.length - 1);
  const focus = state.focus.value;

  const go = (group: readonly AlertInfo[]) => {
    const alert = group.find(({ version }) => version === focus) ?? group[0];
    if (alert === undefined) return;
    state.visit(alert);
    state.markSeen(group.map(({ version }) => version));
    state.listOpen.value = store.view.tab.peek() !== "health";
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way === undefined) return;
    const next = Math.min(Math.max(current + way, 0), groups.length - 1);
    stop.value = next;
    row.current?.querySelectorAll("button")[next]?.focus();
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      class="alert-marks"
      role="toolbar"
      aria-label="Alerts"
      ref={row}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => event.stopPropagation()}
    >
      {groups.map((group, i) => {
        const [first] = group.alerts;
        if (first === undefined) return null;
        const more = group.alerts.length - 1;
        const said = group.alerts.slice(0, MOST_SAID).map(says);
        if (more >= MOST_SAID) said.push(`and ${more + 1 - MOST_SAID} more`);
        const room = (groups[i + 1]?.x ?? Number.POSITIVE_INFINITY) - group.x;
        return (
          <button
            key={group.alerts.map(({ version }) => version).join(" ")}
            type="button"
            class="alert-place"
            data-count={more > 0 && room > COUNT_ROOM ? more + 1 : undefined}
            tabIndex={i === current ? 0 : -1}
            data-focus={group.alerts.some(({ version }) => version === focus)}
            style={{ left: `${group.x}px` }}
            title={said.join("\n")}
            aria-label={more > 0 ? `${says(first)} (${more + 1} alerts)` : says(first)}
            onFocus={() => {
              stop.value = i;
            }}
            onClick={() => go(group.alerts)}
          >
            <SeverityMark severity={first.severity} />
          </button>
        );
      })}
    </div>
  );
}
