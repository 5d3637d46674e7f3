/** The name of a column's class, which leads to its samples and is pointed out in all pictures. */
import type { JSX } from "preact";
import { Dot } from "../classes/dot";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import type { MatrixColumn } from "./model";
import { openClass } from "./open";

interface ClassButtonProps {
  readonly column: MatrixColumn;
  readonly class: string;
  readonly style: JSX.CSSProperties;
}

export function ClassButton({ column, class: kind, style }: ClassButtonProps): JSX.Element {
  const store = useStore();
  const { hoverClass } = useTraining();
  return (
    <button
      type="button"
      class={kind}
      title={`'${column.name}', ${column.anomalies.length} anomalies: open it in the tab Classes`}
      style={style}
      onClick={() => openClass(store, column.class)}
      onPointerEnter={() => {
        hoverClass.value = column.class;
      }}
      onPointerLeave={() => {
        hoverClass.value = -1;
      }}
    >
      <Dot index={column.class} small />
      <span>{column.name}</span>
    </button>
  );
}
