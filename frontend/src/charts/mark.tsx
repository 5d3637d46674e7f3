/** Why this file: the mark of an alert in a chart, the same wherever it stands. */
import type { ComponentChildren, JSX } from "preact";

export interface MarkProps {
  /** Pixels. */
  readonly x: number;
  readonly y: number;
  /** What the tooltip says. */
  readonly words: string;
  readonly shape: ComponentChildren;
  readonly onClick: () => void;
}

export function Mark({ x, y, words, shape, onClick }: MarkProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a short cut for the pointer; the list of alerts has a button for each.
    <g
      class="stamp-mark"
      transform={`translate(${x} ${y})`}
      onClick={(event) => {
        event.stopPropagation();
        onClick();
      }}
    >
      <title>{words}</title>
      {shape}
    </g>
  );
}
