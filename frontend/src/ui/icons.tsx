/** The few pictograms of the interface as inline paths, so that no font or image has to arrive before a button is legible. */
import type { JSX } from "preact";

/** Outlines on a 24 x 24 grid. */
const PATHS = {
  play: "M8 5.2v13.6L19 12z",
  pause: "M7 5h3.6v14H7zM13.4 5H17v14h-3.6z",
  loop: "M7 7h10v3l4-4-4-4v3H5v6h2zm10 10H7v-3l-4 4 4 4v-3h12v-6h-2z",
  fit: "M4 4h6v2H6v4H4zm10 0h6v6h-2V6h-4zM4 14h2v4h4v2H4zm14 0h2v6h-6v-2h4z",
  plus: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
  minus: "M5 11h14v2H5z",
  close: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12 19 17.6 17.6 19 12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z",
  copy: "M8 3h11v14H8zm2 2v10h7V5zM5 7h1.6v12.4H15V21H5z",
  check: "m9.5 18-6-6 1.5-1.5 4.5 4.5L19 5.5 20.5 7z",
  chevron: "m7 9.5 5 5 5-5 1.4 1.4L12 17.3 5.6 10.9z",
  warning: "M12 3 22.4 21H1.6zM11 9v6h2V9zm0 7.5v2h2v-2z",
  search:
    "M10 3a7 7 0 0 1 5.6 11.2l5.1 5.1-1.4 1.4-5.1-5.1A7 7 0 1 1 10 3zm0 2a5 5 0 1 0 0 10 5 5 0 0 0 0-10z",
  undo: "M8 5v4h6a5 5 0 0 1 0 10H8v-2h6a3 3 0 0 0 0-6H8v4l-5-5z",
  redo: "M16 5v4h-6a5 5 0 0 0 0 10h6v-2h-6a3 3 0 0 1 0-6h6v4l5-5z",
  menu: "M4 6h16v2H4zm0 5h16v2H4zm0 5h16v2H4z",
} as const;

/** Name of a pictogram. */
export type IconName = keyof typeof PATHS;

/** A pictogram in the colour of its text; hidden from screen readers, because its button says what it does. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} fill="currentColor" aria-hidden="true" class="icon">
      <path d={PATHS[name]} />
    </svg>
  );
}
