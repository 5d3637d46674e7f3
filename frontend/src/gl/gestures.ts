/** Why this file: wheel, drag, double click and hover on the canvas, turned into camera moves and pointer positions. */
import { type Camera, pan, type Size, zoomAt } from "./camera";

export interface GestureHost {
  size(): Size;
  /** The camera on screen, which gestures start from. */
  camera(): Camera;
  fitted(): Camera;
  /** The user moved the map. */
  move(camera: Camera): void;
  fit(): void;
  /** The pointer rests at a place over the canvas (client coordinates), or left (`null`). */
  point(at: { readonly clientX: number; readonly clientY: number } | null): void;
}

/** Zoom per pixel of wheel: one notch (100 px) is about 16 %; a pinch sends smaller numbers with ctrl. */
const WHEEL_RATE = 0.0015;
const PINCH_RATE = 0.01;
/** Browsers that count the wheel in lines mean about this many pixels. */
const PIXELS_PER_LINE = 16;

/** Listens; the returned function stops. */
export function listenGestures(canvas: HTMLCanvasElement, host: GestureHost): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  let dragged: number | null = null;
  let last = { x: 0, y: 0 };

  canvas.style.touchAction = "none";
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const box = canvas.getBoundingClientRect();
      const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? PIXELS_PER_LINE : 1);
      const factor = Math.exp(-pixels * (event.ctrlKey ? PINCH_RATE : WHEEL_RATE));
      const at = [event.clientX - box.left, event.clientY - box.top] as const;
      host.move(zoomAt(host.camera(), host.size(), ...at, factor, host.fitted()));
    },
    { passive: false, signal },
  );
  canvas.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      dragged = event.pointerId;
      last = { x: event.clientX, y: event.clientY };
      canvas.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  canvas.addEventListener(
    "pointermove",
    (event) => {
      if (dragged === null) {
        host.point(event);
      } else if (event.pointerId === dragged) {
        host.point(null);
        host.move(pan(host.camera(), host.size(), event.clientX - last.x, event.clientY - last.y));
        last = { x: event.clientX, y: event.clientY };
      }
    },
    { signal },
  );
  for (const type of ["pointerup", "pointercancel"] as const) {
    canvas.addEventListener(
      type,
      () => {
        dragged = null;
      },
      { signal },
    );
  }
  canvas.addEventListener("pointerleave", () => host.point(null), { signal });
  canvas.addEventListener("dblclick", () => host.fit(), { signal });
  return () => listeners.abort();
}
