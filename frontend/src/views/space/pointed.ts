/** Why this file: a sample that a list points at, under the pointer or with the focus, is marked on the map; so is the one in focus. */
import { useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { stageOptions } from "../../gl/stage_options";
import { useStore } from "../store_context";

/** Handlers for an element around a list, and the attribute by which its items say which row of the samples they are. */
export interface PointedHandlers {
  readonly onMouseOver: (event: Event) => void;
  readonly onMouseLeave: () => void;
  readonly onFocusIn: (event: Event) => void;
  readonly onFocusOut: () => void;
}

/** Points at the sample of the item, marked with `data-row`, that has the pointer or the focus. */
export function usePointed(): PointedHandlers {
  const { pointed } = stageOptions(useStore());
  // A list that goes away points at nothing.
  useEffect(
    () => () => {
      pointed.value = -1;
    },
    [pointed],
  );
  return useMemo(() => {
    const point = (event: Event) => {
      const item = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-row]") : null;
      pointed.value = Number(item?.dataset.row ?? -1);
    };
    const leave = () => {
      pointed.value = -1;
    };
    return { onMouseOver: point, onMouseLeave: leave, onFocusIn: point, onFocusOut: leave };
  }, [pointed]);
}

/** Tells the stage what to mark: what a list points at, else the sample in focus while the panel beside the map is open. */
export function useMark(): void {
  const store = useStore();
  useSignalEffect(() => {
    const { pointed, marked } = stageOptions(store);
    const { open, tab, focus } = store.inspect;
    // The list of changes has no sample in focus.
    const looked = open.value && tab.value !== "changes" ? focus.value : -1;
    marked.value = pointed.value >= 0 ? pointed.value : looked;
  });
}
