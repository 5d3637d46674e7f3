/** The list of ranked samples: only the rows in sight are rendered, one takes the focus, and the arrow keys move it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Ranked } from "../../state/ranking";
import { plural } from "../../ui/format";
import { scrollToRow, useWindowRows } from "../../ui/use_window_rows";
import { useStore } from "../store_context";
import { RANK_ID } from "./rank_button";
import { RANKED_HEIGHT, RankedRow } from "./ranked_row";

/** Rows that PageUp and PageDown leap. */
const PAGE = 8;

/** Place after a key; `null`: the key is none of the list's. */
function moveInList(key: string, at: number, count: number): number | null {
  const to = {
    ArrowUp: at - 1,
    ArrowDown: at + 1,
    PageUp: at - PAGE,
    PageDown: at + PAGE,
    Home: 0,
    End: count - 1,
  }[key];
  return to === undefined ? null : Math.min(Math.max(to, 0), count - 1);
}

interface Props {
  readonly ranked: Ranked;
  /** Rows at the top that "select the first" selects. */
  readonly first: number;
  /** The panel was just opened: whoever did so is in the list at once, unless they went on to something else. */
  readonly entering: { current: boolean };
}

/** The list. */
export function RankedList({ ranked, first: chosen, entering }: Props): JSX.Element {
  const { explore, inspect } = useStore();
  const { rows } = ranked;
  const list = useRef<HTMLDivElement>(null);
  const { first, end } = useWindowRows(list, rows.length, RANKED_HEIGHT);
  /** The sample in focus, whose place changes with the epoch; -1: the first. */
  const focused = useSignal(-1);
  const at = Math.max(0, rows.indexOf(focused.value));
  const mask = explore.selectedMask.value;

  const take = () => list.current?.querySelector<HTMLElement>('[role="option"][tabindex="0"]');
  useEffect(() => {
    const active = document.activeElement;
    if (entering.current && (active === document.body || active?.id === RANK_ID)) {
      take()?.focus({ preventScroll: true });
    }
    entering.current = false;
  }, []);
  const go = (to: number) => {
    const row = rows[to];
    const element = list.current;
    if (row === undefined || element === null) return;
    focused.value = row;
    scrollToRow(element, to, RANKED_HEIGHT);
    // What is selected is looked at on the way; what is not stays as it is.
    if (mask?.[row] === 1) inspect.focusOn(row);
  };
  // The row in focus is rendered after the scrolling, and may have been taken away meanwhile.
  useEffect(() => {
    const element = list.current;
    if (element === null || !element.contains(document.activeElement)) return;
    const option = take();
    if (option != null && option !== document.activeElement) option.focus({ preventScroll: true });
  });
  const select = (row: number, beside: boolean) => {
    focused.value = row;
    inspect.select(row, beside);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const row = rows[at];
    if ((event.key === "Enter" || event.key === " ") && row !== undefined) select(row, event.shiftKey);
    else {
      const to = event.shiftKey ? null : moveInList(event.key, at, rows.length);
      if (to === null) return;
      go(to);
    }
    // Elsewhere the same keys move in time.
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="ranked-list" ref={list} tabIndex={-1}>
      <div
        role="listbox"
        aria-label={`Ranked: ${plural(rows.length, "sample")}`}
        aria-multiselectable="true"
        class="ranked-space"
        style={{ height: `${rows.length * RANKED_HEIGHT}px` }}
        onKeyDown={onKeyDown}
      >
        {Array.from({ length: Math.max(0, end - first) }, (_, k) => first + k).map((place) => {
          const row = rows[place] as number;
          return (
            <RankedRow
              key={row}
              row={row}
              place={place}
              ranked={ranked}
              focusable={place === at}
              selected={mask?.[row] === 1}
              chosen={place < chosen}
              onSelect={(beside) => select(row, beside)}
            />
          );
        })}
      </div>
    </div>
  );
}
