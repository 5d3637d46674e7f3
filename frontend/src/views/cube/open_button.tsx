/** Opens a layer to its mini-sets, or closes it. */
import type { JSX } from "preact";
import { cubeView } from "../../state/cube";
import { useStore } from "../store_context";
import type { MatrixRow, Model } from "./model";

interface OpenButtonProps {
  readonly model: Model;
  readonly row: Pick<MatrixRow, "layer" | "name">;
}

export function OpenButton({ model, row: { layer, name } }: OpenButtonProps): JSX.Element {
  const cube = cubeView(useStore());
  const open = cube.isOpen(layer);
  return (
    <button
      type="button"
      class="cube-open"
      aria-expanded={open}
      aria-label={`Mini-sets of ${name}`}
      title={
        open
          ? "Close its mini-sets"
          : "Open its mini-sets: filters that change most at the very same anomalies"
      }
      onClick={() =>
        cube.toggle(
          layer,
          model.rows.map((row) => row.layer),
        )
      }
    >
      {open ? "▾" : "▸"}
    </button>
  );
}
