/** The keyboard: what each key does, and the list of keys that the help shows, from one table. */
import type { Store } from "../state/store";

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
  { keys: ["Ctrl Z"], does: "undo the selection; redo: Shift, too" },
  { keys: ["F"], does: "fit the map into view" },
  { keys: ["L"], does: "mark where the map lies" },
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
  /** Puts the caret into the field of the query. */
  readonly search: () => void;
}

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
    case "f":
    case "F":
      store.fitCamera();
      return true;
    case "l":
    case "L":
      store.view.markLies.value = !store.view.markLies.peek();
      return true;
    case "?":
      actions.openHelp();
      return true;
    case "/":
      actions.search();
      return true;
    case "Escape":
      if (store.view.badgeOpen.peek()) store.view.badgeOpen.value = false;
      else store.explore.clearSelection();
      return true;
    default:
      return false;
  }
}
