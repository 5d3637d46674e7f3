/** Why this file: what the pointer does to the map is also done by keys, while the map has the focus. */
import { pan, zoomAt } from "./camera";
import type { GestureHost } from "./gestures";
import { boxCorners } from "./lasso";

/** CSS pixels that an arrow key moves the view by. */
const PAN_STEP = 60;
/** What plus zooms in by; two presses are about a wheel's three notches. */
const ZOOM_STEP = 1.25;
/** The way that the map goes under the view, in steps. */
const WAYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Arrow keys move, plus and minus zoom about the middle, Enter selects what is in view; `signal` stops listening. */
export function listenKeys(canvas: HTMLCanvasElement, host: GestureHost, signal: AbortSignal): void {
  const use = (event: KeyboardEvent): boolean => {
    const [size, camera] = [host.size(), host.camera()];
    const way = WAYS[event.key];
    const factor = { "+": ZOOM_STEP, "=": ZOOM_STEP, "-": 1 / ZOOM_STEP }[event.key];
    if (event.key === "Enter") {
      const { left, top } = canvas.getBoundingClientRect();
      const corners = boxCorners([left, top], [left + size.width, top + size.height]);
      host.enclose(corners, event.shiftKey ? "add" : event.altKey ? "remove" : "replace");
    } else if (event.ctrlKey || event.metaKey || event.altKey) return false;
    else if (way !== undefined && !event.shiftKey)
      host.move(pan(camera, size, PAN_STEP * way[0], PAN_STEP * way[1]));
    else if (factor !== undefined)
      host.move(zoomAt(camera, size, size.width / 2, size.height / 2, factor, host.fitted()));
    else return false;
    return true;
  };
  // The focus that came by keyboard would count as such for ever: the press gives it anew.
  canvas.addEventListener("pointerdown", () => canvas.blur(), { signal });
  canvas.addEventListener(
    "keydown",
    (event) => {
      // After a click the arrow keys go on through time: only who came by keyboard moves the map by keys.
      if (!canvas.matches(":focus-visible") || !use(event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    { signal },
  );
}
