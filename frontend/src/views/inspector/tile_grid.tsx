/**
 * The selection as a grid that is read like a table: only the rows in sight are rendered, one cell takes the focus, and
 * the arrow keys move it.
 */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { plural } from "../../ui/format";
import { useWidth } from "../../ui/use_width";
import { useWindowRows } from "../../ui/use_window_rows";
import { usePointed } from "../space/pointed";
import { useStore } from "../store_context";
import { useGridKeys } from "./grid_keys";
import { useHasThumbs } from "./thumb";
import { TILE, Tile, type TileKind } from "./tile";
import { useFocusedRow } from "./use_focused_row";

/** The grid. */
export function TileGrid(): JSX.Element {
  const store = useStore();
  const { inspect } = store;
  const order = inspect.order.value;
  const focus = inspect.focus.value;
  const list = useRef<HTMLDivElement>(null);
  const width = useWidth(list);
  const kind: TileKind = useHasThumbs() ? "picture" : "line";
  const columns = kind === "line" ? 1 : Math.max(1, Math.floor(width / TILE.picture.width));
  const { height } = TILE[kind];
  const rows = Math.ceil(order.length / columns);
  const { first, end } = useWindowRows(list, rows, height);
  const at = order.indexOf(focus);
  const pointed = usePointed();
  useFocusedRow(list, { row: focus, line: Math.floor(at / columns), height });

  const onKeyDown = useGridKeys(order, at, columns);
  return (
    <div class="tile-list" ref={list}>
      {/* biome-ignore lint/a11y/useSemanticElements: a table cannot leave out rows that are out of sight. */}
      <div
        role="grid"
        aria-label={`Selected samples: ${plural(order.length, "sample")}`}
        aria-rowcount={rows}
        aria-colcount={columns}
        class="tile-space"
        style={{ height: `${rows * height}px` }}
        onKeyDown={onKeyDown}
        data-rows
        {...pointed}
      >
        {Array.from({ length: Math.max(0, end - first) }, (_, k) => first + k).map((line) => (
          // biome-ignore lint/a11y/useSemanticElements: see above.
          // biome-ignore lint/a11y/useFocusableInteractive: its cells take the focus, one at a time.
          <div
            key={line}
            role="row"
            aria-rowindex={line + 1}
            class="tile-row"
            style={{
              transform: `translateY(${line * height}px)`,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
              height: `${height}px`,
            }}
          >
            {[...order.subarray(line * columns, (line + 1) * columns)].map((row, column) => (
              <Tile
                key={row}
                row={row}
                kind={kind}
                column={column}
                focused={row === focus}
                onFocus={() => inspect.focusOn(row)}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
