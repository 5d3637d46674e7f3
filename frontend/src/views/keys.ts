/** The keyboard: what each key does, and the list of keys that the help shows, from one table. */

import { stageOptions } from "../gl/stage_options";
import { alerts } from "../state/alerts";
import { comparison } from "../state/compare";
import { ranking } from "../state/ranking";
import type { Store } from "../state/store";
import { nextLandscape } from "./space/landscape_choice";

/** How far Shift makes an arrow key go, in frames. */
const LEAP = 10;

/** One row of the help. */
export interface KeyHelp {
  readonly keys: readonly string[];
  readonly does: string;
}

/** Every key, in the order of the help. */
export const KEY_HELP: readonly KeyHelp[] = [
  { keys: ["Space"], does: "play or pause" },
  { keys: ["←", "→"], does: "one epoch back or on" },
  { keys: ["Shift ←", "Shift →"], does: "ten epochs" },
  { keys: ["Home", "End"], does: "first or newest epoch" },
  { keys: ["/"], does: "find samples" },
  { keys: ["R"], does: "rank samples, by label quality or any number" },
  { keys: ["Ctrl Z"], does: "undo the selection; redo: Shift, too" },
  { keys: ["1", "2", "3"], does: "drag to move, lasso or box" },
  { keys: ["M"], does: "to the map: arrows move, + − zoom, Enter selects" },
  { keys: ["F"], does: "fit the map into view" },
  { keys: ["C"], does: "choose what colours show" },
  { keys: ["L"], does: "mark where the map lies" },
  { keys: ["B"], does: "background: class, confidence, entropy, none" },
  { keys: ["H"], does: "how dense samples lie: by class, count, off" },
  { keys: ["T"], does: "trails of the selection" },
  { keys: ["P"], does: "keep the view on the selection" },
  { keys: ["G"], does: "grow the selection by its neighbours" },
  { keys: ["X"], does: "select what is not selected" },
  { keys: ["I"], does: "look at the selected samples" },
  { keys: ["E"], does: "list events" },
  { keys: ["A"], does: "list alerts" },
  { keys: ["[", "]"], does: "event of the sample in focus: last, next" },
  { keys: ["V"], does: "put a map beside this one" },
  { keys: ["D"], does: "difference of the first two maps" },
  { keys: ["S"], does: "take pictures, tables, a film away" },
  { keys: ["?"], does: "this help" },
  { keys: ["Esc"], does: "close what is open, then select nothing" },
];

/** Fields that need the keys themselves. */
const TYPING = "input, select, textarea, [contenteditable]";
/** Controls that Space presses. */
const PRESSED_BY_SPACE = "button, a[href], summary";

/** What keys do beyond the store. */
export interface KeyActions {
  readonly openHelp: () => void;
  /** Opens the menu of what can be taken away. */
  readonly share: () => void;
  /** Puts the caret into the field of the query. */
  readonly search: () => void;
  /** Puts the focus on the choice of the colours. */
  readonly colour: () => void;
  /** Puts the focus on the map, whose arrow keys move it. */
  readonly map: () => void;
}

/** What letters do. Shift makes no difference. */
const LETTERS: Readonly<Record<string, (store: Store, actions: KeyActions) => void>> = {
  f: (store) => store.fitCamera(),
  m: (_, actions) => actions.map(),
  l: ({ view }) => {
    view.markLies.value = !view.markLies.peek();
  },
  c: (_, actions) => actions.colour(),
  b: nextLandscape,
  h: (store) => {
    const { density } = stageOptions(store);
    const next = { off: "classes", classes: "count", count: "off" } as const;
    density.value = next[density.peek()];
  },
  t: (store) => {
    const { trails } = stageOptions(store);
    trails.value = !trails.peek();
  },
  p: (store) => {
    const { pinned } = stageOptions(store);
    pinned.value = !pinned.peek();
  },
  r: (store) => {
    const { open } = ranking(store);
    open.value = !open.peek();
  },
  g: ({ explore }) => explore.grow(),
  x: ({ explore }) => explore.invertSelection(),
  i: ({ inspect }) => inspect.toggle("samples"),
  e: ({ inspect }) => inspect.toggle("events"),
  a: (store) => {
    const { all, listOpen } = alerts(store);
    if (all.peek().length === 0) return;
    // In the tab Health the list is open anyway.
    listOpen.value = !listOpen.peek() && store.view.tab.peek() !== "health";
  },
  v: (store) => comparison(store).add(),
  d: (store) => comparison(store).toggleDifference(),
  s: (_, actions) => actions.share(),
};

/** Letters that do something to the map, and nothing where it is not shown. */
const OF_THE_MAP = "fmlbhtpvds";

/**
 * Does what a key stands for.
 *
 * @returns whether the key was used, so that the browser should not use it too
 */
export function handleKey(event: KeyboardEvent, store: Store, actions: KeyActions): boolean {
  const target = event.target;
  if (target instanceof Element && target.closest(TYPING) !== null) return false;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "z") {
    store.explore[event.shiftKey ? "redo" : "undo"]();
    return true;
  }
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  const steps = store.derived.steps.peek();
  const stride = event.shiftKey ? LEAP : 1;
  switch (event.key) {
    case " ":
      if (target instanceof Element && target.closest(PRESSED_BY_SPACE) !== null) return false;
      store.togglePlay();
      return true;
    case "ArrowLeft":
      store.stepBy(-stride);
      return true;
    case "ArrowRight":
      store.stepBy(stride);
      return true;
    case "Home":
      store.seek(steps[0] ?? 0);
      return true;
    case "End":
      // The end of a run that goes on is where its newest map will be.
      store.setFollow(true);
      return true;
    case "[":
    case "]":
      store.inspect.goToEvent(event.key === "]" ? 1 : -1);
      return true;
    case "?":
      actions.openHelp();
      return true;
    case "/":
      actions.search();
      return true;
    case "Escape":
      if (store.view.badgeOpen.peek()) store.view.badgeOpen.value = false;
      else if (!store.inspect.closeEmpty()) store.explore.clearSelection();
      return true;
  }
  const letter = event.key.toLowerCase();
  if (store.view.tab.peek() !== "space" && OF_THE_MAP.includes(letter)) return false;
  const does = LETTERS[letter];
  does?.(store, actions);
  return does !== undefined;
}
