/** Why this file: what went wrong, one click away from wherever one is: how many alerts there are, and how bad the worst is. */
import { useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { alerts, worst } from "../../state/alerts";
import { count, plural } from "../../ui/format";
import { Popover } from "../../ui/popover";
import { useStore } from "../store_context";
import { SeverityMark } from "./mark";

/** The button and its list, whose code is fetched when it is first opened; nothing in a run without alerts. */
export function ShortListButton(): JSX.Element | null {
  const state = alerts(useStore());
  const button = useRef<HTMLButtonElement>(null);
  const List = useSignal<{ readonly view: ComponentType } | null>(null);
  const problem = useSignal(false);
  const open = state.listOpen.value;
  useEffect(() => {
    if (!open || List.peek() !== null) return;
    import("./lazy").then(
      ({ ShortList }) => {
        List.value = { view: ShortList };
      },
      (error: unknown) => {
        console.error(error);
        problem.value = true;
      },
    );
  }, [open, List, problem]);
  const all = state.all.value;
  const severity = worst(all);
  if (severity === null) return null;
  const Shown = List.value?.view;
  return (
    <div class="popover-place">
      <button
        type="button"
        ref={button}
        class="alerts-button"
        aria-label={`${plural(all.length, "alert")}, the worst: ${severity}`}
        title={`${plural(all.length, "alert")}: what went wrong, and where (A)`}
        aria-expanded={open}
        aria-haspopup="dialog"
        onClick={() => {
          state.listOpen.value = !open;
        }}
      >
        <SeverityMark severity={severity} />
        <span class="numeric">{count(all.length)}</span>
      </button>
      {open && (
        <Popover
          label="Alerts"
          class="alerts-popover"
          anchor={button}
          onClose={() => {
            state.listOpen.value = false;
          }}
        >
          {Shown !== undefined ? (
            <Shown />
          ) : (
            <p class="alerts-note" role="status">
              {problem.value ? "The list could not be loaded: reload the page." : "opening…"}
            </p>
          )}
        </Popover>
      )}
    </div>
  );
}
