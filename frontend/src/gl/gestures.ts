/** Why this file: wheel, drag, click, hover and keys on the canvas, turned into camera moves, clicks and drawn outlines. */
import { type Camera, pan, type Size, zoomAt } from "./camera";
import { listenKeys } from "./keyboard";
import { boxCorners, type Corner } from "./lasso";
import type { Tool } from "./stage_options";

/** Where the pointer is, client coordinates. */
export interface PointerPlace {
  readonly clientX: number;
  readonly clientY: number;
}

/** What is done to the selection with the samples that were clicked or enclosed. */
export type SelectionChange = "replace" | "add" | "remove" | "toggle";

export interface GestureHost {
  /** Of the panel that gestures are in; all panels have one size. */
  size(): Size;
  /** CSS pixels from the upper left of the panel under a place. */
  local(at: PointerPlace): Corner;
  /** The camera on screen, which gestures start from. */
  camera(): Camera;
  fitted(): Camera;
  tool(): Tool;
  /** The user moved the map. */
  move(camera: Camera): void;
  fit(): void;
  /** The pointer rests at a place over the canvas, or left (`null`). */
  point(at: PointerPlace | null): void;
  /** The pointer went down and up at one place. */
  click(at: PointerPlace, change: SelectionChange): void;
  /** An outline is being drawn, client coordinates; `null`: no longer. */
  outline(corners: readonly Corner[] | null): void;
  /** An outline was drawn. */
  enclose(corners: readonly Corner[], change: SelectionChange): void;
}

/** Zoom per pixel of wheel: one notch (100 px) is about 16 %; a pinch sends smaller numbers with ctrl. */
const WHEEL_RATE = 0.0015;
const PINCH_RATE = 0.01;
/** Browsers that count the wheel in lines mean about this many pixels. */
const PIXELS_PER_LINE = 16;
/** A pointer that moved less between down and up has clicked, CSS pixels. */
const CLICK_REACH = 4;
/** Corners of a lasso are at least this far apart, CSS pixels. */
const CORNER_DISTANCE = 3;

/** What a drag draws: by the tool, or with the pan tool by the modifier. */
function shapeOf(tool: Tool, event: PointerEvent): Tool {
  if (tool !== "pan" || !event.shiftKey) return tool;
  return event.altKey ? "box" : "lasso";
}

/** With the pan tool Shift and Alt already say what is drawn. */
function changeOfOutline(tool: Tool, event: PointerEvent): SelectionChange {
  if (event.ctrlKey || event.metaKey) return "add";
  if (tool === "pan") return "replace";
  return event.shiftKey ? "add" : event.altKey ? "remove" : "replace";
}

function changeOfClick(event: PointerEvent): SelectionChange {
  if (event.ctrlKey || event.metaKey) return "toggle";
  return event.shiftKey ? "add" : event.altKey ? "remove" : "replace";
}

interface Drag {
  readonly id: number;
  readonly start: Corner;
  readonly shape: Tool;
  last: Corner;
  moved: boolean;
  corners: Corner[];
}

/** Listens; the returned function stops. */
export function listenGestures(canvas: HTMLCanvasElement, host: GestureHost): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  let drag: Drag | null = null;

  function extend(current: Drag, event: PointerEvent): void {
    const here: Corner = [event.clientX, event.clientY];
    current.moved ||= Math.hypot(here[0] - current.start[0], here[1] - current.start[1]) >= CLICK_REACH;
    if (!current.moved) return;
    host.point(null);
    if (current.shape === "pan") {
      host.move(pan(host.camera(), host.size(), here[0] - current.last[0], here[1] - current.last[1]));
      current.last = here;
      return;
    }
    if (current.shape === "box") current.corners = boxCorners(current.start, here);
    else if (Math.hypot(here[0] - current.last[0], here[1] - current.last[1]) >= CORNER_DISTANCE) {
      current.corners = [...current.corners, here];
      current.last = here;
    }
    host.outline(current.corners);
  }

  function cancel(): void {
    if (drag !== null && drag.shape !== "pan") host.outline(null);
    drag = null;
  }

  listenKeys(canvas, host, signal);
  canvas.style.touchAction = "none";
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? PIXELS_PER_LINE : 1);
      const factor = Math.exp(-pixels * (event.ctrlKey ? PINCH_RATE : WHEEL_RATE));
      host.move(zoomAt(host.camera(), host.size(), ...host.local(event), factor, host.fitted()));
    },
    { passive: false, signal },
  );
  canvas.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      const start: Corner = [event.clientX, event.clientY];
      const shape = shapeOf(host.tool(), event);
      drag = { id: event.pointerId, start, shape, last: start, moved: false, corners: [start] };
      canvas.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  canvas.addEventListener(
    "pointermove",
    (event) => {
      if (drag === null) host.point(event);
      else if (event.pointerId === drag.id) extend(drag, event);
    },
    { signal },
  );
  canvas.addEventListener(
    "pointerup",
    (event) => {
      const ended = drag;
      if (ended === null || event.pointerId !== ended.id) return;
      if (!ended.moved) host.click(event, changeOfClick(event));
      else if (ended.corners.length > 2) host.enclose(ended.corners, changeOfOutline(host.tool(), event));
      cancel();
    },
    { signal },
  );
  canvas.addEventListener("pointercancel", cancel, { signal });
  canvas.ownerDocument.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || drag === null || drag.shape === "pan") return;
      // Escape gives up the outline alone, and does not also clear the selection.
      event.stopPropagation();
      cancel();
    },
    { capture: true, signal },
  );
  canvas.addEventListener("pointerleave", () => host.point(null), { signal });
  canvas.addEventListener("dblclick", () => host.fit(), { signal });
  return () => listeners.abort();
}
