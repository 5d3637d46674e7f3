/** What samples are coloured and sized by, and the legend that says what the colours mean. */
import type { JSX } from "preact";
import type { ColumnInfo } from "../../query/columns";
import { plain } from "../../ui/format";
import { useStore } from "../store_context";
import { ColourLegend } from "./colour_legend";
import { columnWords } from "./column_words";

/** `c` puts the focus here. */
export const COLOUR_ID = "colour-by";

/** Both choices and the legend. */
export function ColourControl(): JSX.Element | null {
  const { colouring, explore } = useStore();
  if (explore.schema.value === null) return null;
  const span = colouring.sizeSpan.value;
  return (
    <section class="rail-section colour-control">
      <h2 class="section-title">Colour and size</h2>
      <div class="colour-row">
        <label for={COLOUR_ID}>colour</label>
        <select
          id={COLOUR_ID}
          class="field"
          title="What samples are coloured by (C)"
          value={colouring.by.value}
          onChange={(event) => {
            colouring.by.value = event.currentTarget.value;
          }}
        >
          <option value="">class</option>
          <Options chosen={colouring.by.value} columns={colouring.choices.value} />
        </select>
      </div>
      <div class="colour-row">
        <label for="size-by">size</label>
        <select
          id="size-by"
          class="field"
          title="What samples are sized by"
          value={colouring.size.value}
          onChange={(event) => {
            colouring.size.value = event.currentTarget.value;
          }}
        >
          <option value="">all alike</option>
          <Options chosen={colouring.size.value} columns={colouring.sizeChoices.value} />
        </select>
      </div>
      {span !== null && (
        <p class="size-legend numeric faint">
          <span class="size-dot" data-large="false" /> {plain(span.from)}
          <span class="size-dot" data-large="true" /> {span.clipped && "≥ "}
          {plain(span.to)}
        </p>
      )}
      <ColourLegend />
    </section>
  );
}

/** Columns of the run itself, then the user's; one that the link names and this run lacks is said to be missing. */
function Options({ chosen, columns }: { chosen: string; columns: readonly ColumnInfo[] }): JSX.Element {
  const own = (column: ColumnInfo) => columnWords(column.name) === null;
  const option = (column: ColumnInfo) => (
    <option
      key={column.name}
      value={column.name}
      disabled={column.absent !== ""}
      title={column.absent || column.says}
    >
      {columnWords(column.name) ?? column.name}
    </option>
  );
  const metadata = columns.filter(own);
  return (
    <>
      {columns.filter((column) => !own(column)).map(option)}
      {metadata.length > 0 && <optgroup label="metadata">{metadata.map(option)}</optgroup>}
      {chosen !== "" && !columns.some(({ name }) => name === chosen) && (
        <option value={chosen} disabled>
          {chosen}: not in this run
        </option>
      )}
    </>
  );
}
