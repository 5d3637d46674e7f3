/**
 * What the page that TensorBoard puts this plugin into can tell: its theme, whether the tab is shown, and its address.
 *
 * TensorBoard has no plugin interface for any of these, so the parent document is read where it can be reached. Every
 * access is guarded: hosted viewers may serve the frame from another origin, and then the plugin works without them.
 */

/** Class that TensorBoard puts on its body in dark mode. */
export const DARK_CLASS = "dark-mode";

/** The parent window when it is of the same origin, otherwise null. Its own window when the page is not framed. */
export function reachableParent(frame: Window = window): Window | null {
  try {
    // Reading any property of a foreign document throws; that is the whole test.
    return frame.parent.document.body === null ? null : frame.parent;
  } catch {
    return null;
  }
}

/**
 * Follows TensorBoard's theme, and the operating system's where TensorBoard's cannot be read.
 *
 * A body without the dark class means light only when it belongs to TensorBoard, that is when this page is framed.
 *
 * @param onChange called once at once, then at every change, with whether the theme is dark
 * @returns a function that stops following
 */
export function watchTheme(onChange: (dark: boolean) => void, frame: Window = window): () => void {
  const parent = reachableParent(frame);
  if (parent !== null && (parent !== frame || parent.document.body.classList.contains(DARK_CLASS))) {
    const body = parent.document.body;
    const report = () => onChange(body.classList.contains(DARK_CLASS));
    const observer = new MutationObserver(report);
    observer.observe(body, { attributes: true, attributeFilter: ["class"] });
    report();
    return () => observer.disconnect();
  }
  return watchMedia("(prefers-color-scheme: dark)", onChange, frame);
}

/** Whether a condition on the system holds: told once at once, then at every change, until the returned function is called. */
function watchMedia(condition: string, onChange: (holds: boolean) => void, frame: Window): () => void {
  const query = frame.matchMedia(condition);
  const report = () => onChange(query.matches);
  query.addEventListener("change", report);
  report();
  return () => query.removeEventListener("change", report);
}

/**
 * Follows whether the plugin's tab is the one shown.
 *
 * TensorBoard keeps the frame of a hidden tab alive at height 0, where animation frames go on and no `visibilitychange`
 * fires; the frame's own height says it. A hidden browser tab counts as hidden too.
 *
 * @param onChange called once at once, then at every change, with whether the plugin can be seen
 * @returns a function that stops following
 */
export function watchVisibility(onChange: (visible: boolean) => void, frame: Window = window): () => void {
  let last: boolean | null = null;
  const report = () => {
    const visible = frame.innerHeight > 0 && frame.document.visibilityState !== "hidden";
    if (visible === last) return;
    last = visible;
    onChange(visible);
  };
  frame.addEventListener("resize", report);
  frame.document.addEventListener("visibilitychange", report);
  report();
  return () => {
    frame.removeEventListener("resize", report);
    frame.document.removeEventListener("visibilitychange", report);
  };
}

/**
 * Follows whether the plugin is the one that TensorBoard shows, be the browser's own tab hidden or not.
 *
 * @param onChange called once at once, then at every change
 * @returns a function that stops following
 */
export function watchOpen(onChange: (open: boolean) => void, frame: Window = window): () => void {
  let last: boolean | null = null;
  const report = () => {
    const open = frame.innerHeight > 0;
    if (open !== last) onChange(open);
    last = open;
  };
  frame.addEventListener("resize", report);
  report();
  return () => frame.removeEventListener("resize", report);
}

/**
 * Follows whether the reader asks the system for less motion.
 *
 * @param onChange called once at once, then at every change
 * @returns a function that stops following
 */
export function watchReducedMotion(onChange: (reduced: boolean) => void, frame: Window = window): () => void {
  return watchMedia("(prefers-reduced-motion: reduce)", onChange, frame);
}

/** Reads and writes the part of an address that names what is shown. */
export interface AddressBar {
  /** The fragment without its `#`. */
  read(): string;
  /** Replaces the fragment without adding to the history; TensorBoard does not notice and does not navigate. */
  write(fragment: string): void;
}

/** TensorBoard's address bar; the frame's own where TensorBoard's cannot be reached. */
export function addressBar(frame: Window = window): AddressBar {
  const page = reachableParent(frame) ?? frame;
  return {
    read: () => page.location.hash.replace(/^#/, ""),
    write: (fragment) => {
      // The state must stay TensorBoard's own, or its back button loses its way. The frame's document has a <base>, so the
      // address is spelled out: a bare "#…" would be resolved against it.
      const { pathname, search } = page.location;
      page.history.replaceState(
        page.history.state,
        "",
        `${pathname}${search}${fragment === "" ? "" : `#${fragment}`}`,
      );
    },
  };
}
