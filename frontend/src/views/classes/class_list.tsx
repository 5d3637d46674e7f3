/** Why this file: strips of a thousand classes, some of them open to their samples, of which only those in sight are rendered. */
import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { classesView } from "../../state/classes";
import { useWindowRows } from "../../ui/use_window_rows";
import { useStore } from "../store_context";
import { ClassPanel, panelHeight } from "./class_panel";
import { ClassRow, GAP, THIN } from "./class_row";
import type { Drawing } from "./drawing";

/** A class in the list: everything is measured in slots, which are as high as one closed class. */
export interface Placed {
  readonly index: number;
  readonly slot: number;
  /** Slots that its samples take; 0: it is closed. */
  readonly panel: number;
}

/** Puts classes below each other. @param panel CSS pixels of an open class's samples. */
export function placeClasses(
  classes: readonly number[],
  open: ReadonlySet<number>,
  slotHeight: number,
  panel: (index: number) => number,
): { readonly placed: readonly Placed[]; readonly slots: number } {
  let slots = 0;
  const placed = classes.map((index) => {
    const one = { index, slot: slots, panel: open.has(index) ? Math.ceil(panel(index) / slotHeight) : 0 };
    slots += 1 + one.panel;
    return one;
  });
  return { placed, slots };
}

/** Where an element starts in what scrolls around it, CSS pixels. */
function useOffset(list: RefObject<HTMLElement>, scroller: RefObject<HTMLElement>): number {
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const [element, around] = [list.current, scroller.current];
    if (element === null || around === null) return;
    const measure = () => setOffset(element.offsetTop - around.offsetTop);
    measure();
    if (typeof ResizeObserver === "undefined") return;
    // What is above the list is opened and closed.
    const observer = new ResizeObserver(measure);
    for (const child of element.parentElement?.children ?? []) if (child !== element) observer.observe(child);
    return () => observer.disconnect();
  });
  return offset;
}

interface ClassListProps {
  readonly drawing: Drawing;
  /** What scrolls around it. */
  readonly scroller: RefObject<HTMLElement>;
}

export function ClassList({ drawing, scroller }: ClassListProps): JSX.Element {
  const view = classesView(useStore());
  const list = useRef<HTMLDivElement>(null);
  const { log, beside, difference } = drawing;
  const height = view.rowHeight.value;
  const slotHeight = height + GAP + (beside !== null && !difference ? THIN + GAP : 0);
  const [shown, open, wished] = [view.shown.value, view.open.value, view.sampleHeight.value];
  const { placed, slots } = useMemo(
    () => placeClasses(shown, open, slotHeight, (c) => panelHeight(log.answers.size[c] ?? 0, wished)),
    [shown, open, slotHeight, log, wished],
  );
  const offset = useOffset(list, scroller);
  // The list starts so many slots below the top of what scrolls.
  const before = Math.floor(offset / slotHeight);
  const { first, end } = useWindowRows(scroller, slots + before + 1, slotHeight);
  const [from, to] = [first - before - 1, end - before];
  // The same element again is not looked through again: while the list scrolls, only what comes into sight is rendered.
  const rows = useMemo(() => new Map<number, JSX.Element>(), [drawing, height]);
  const rowOf = (index: number) => {
    const row = rows.get(index) ?? <ClassRow drawing={drawing} index={index} height={height} />;
    rows.set(index, row);
    return row;
  };
  const { revealed } = view;
  useEffect(() => {
    const one = revealed.value;
    const element = scroller.current;
    const at = placed.find(({ index }) => index === one?.class);
    if (one === null || element === null || at === undefined) return;
    revealed.value = null;
    element.scrollTop = Math.max(0, offset + (at.slot - 1) * slotHeight);
  }, [revealed.value, placed, offset, slotHeight]);
  return (
    <div ref={list} class="class-list" style={{ height: `${slots * slotHeight}px` }}>
      {placed
        .filter(({ slot, panel }) => slot + 1 + panel > from && slot < to)
        .map(({ index, slot, panel }) => (
          <div key={index} class="class-item" style={{ transform: `translateY(${slot * slotHeight}px)` }}>
            {rowOf(index)}
            {panel > 0 && (
              <ClassPanel
                drawing={drawing}
                index={index}
                from={(from - slot - 1) * slotHeight}
                to={(to - slot - 1) * slotHeight}
              />
            )}
          </div>
        ))}
    </div>
  );
}
