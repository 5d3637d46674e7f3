/** One line of a tab: a name to the left, and its picture. The name's tooltip says what trouble looks like. */
import type { ComponentChildren, JSX } from "preact";

interface RowProps {
  readonly name: ComponentChildren;
  /** One sentence: what would mean trouble. */
  readonly trouble: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

export function Row({ name, trouble, class: kind, children }: RowProps): JSX.Element {
  return (
    <div class={`plot-row ${kind ?? ""}`}>
      <div class="plot-name" title={trouble}>
        {name}
      </div>
      {children}
    </div>
  );
}
