/** What colours and sizes mean on the map while they show columns: which column, and from where to where. */
import type { JSX } from "preact";
import type { LegendEntry } from "../../state/colour_scales";
import { mapGradient } from "../../theme/colour_maps";
import { plain, plural } from "../../ui/format";
import { columnWords } from "../colour/column_words";
import { useStore } from "../store_context";

/** Categories that are named on the map; the legend in the rail has all of them. */
const NAMED = 3;

/** The column that colours: its ends on the ramp, or its first categories. Nothing while it is on its way. */
export function ColourKey(): JSX.Element | null {
  const { colouring, transient } = useStore();
  const legend = colouring.legend.value;
  const name = colouring.by.value;
  if (legend === null) return null;
  const words = columnWords(name) ?? name;
  if (legend.kind === "category") {
    return (
      <li>
        <b>{words}</b>
        {legend.entries.slice(0, NAMED).map((entry) => (
          <Named key={entry.code} entry={entry} />
        ))}
        {legend.entries.length > NAMED && <span>and {plural(legend.entries.length - NAMED, "other")}</span>}
      </li>
    );
  }
  const { from, to, clipped } = legend.span;
  return (
    <li class="numeric">
      <b>{words}</b>
      {plain(from)}
      <span
        class="key-ramp"
        role="img"
        aria-label="to"
        style={{ background: mapGradient("sequential", transient.dark.value) }}
      />
      {clipped && "≥ "}
      {plain(to)}
    </li>
  );
}

function Named({ entry }: { entry: LegendEntry }): JSX.Element {
  return (
    <span class="class-tag">
      <span class="class-dot small-dot" style={{ "--class": entry.colour }} />
      {entry.name}
    </span>
  );
}

/** The column that sizes; nothing while all are alike. */
export function SizeKey(): JSX.Element | null {
  const { colouring } = useStore();
  const span = colouring.sizeSpan.value;
  const name = colouring.size.value;
  if (span === null || name === "") return null;
  return (
    <li class="numeric">
      <b>{columnWords(name) ?? name}</b>
      {plain(span.from)}
      <svg width="26" height="12" viewBox="0 0 26 12" role="img" aria-label="to">
        <circle cx="3" cy="6" r="1.5" class="key-dot" />
        <circle cx="11" cy="6" r="3" class="key-dot" />
        <circle cx="20.5" cy="6" r="5" class="key-dot" />
      </svg>
      {span.clipped && "≥ "}
      {plain(span.to)}
    </li>
  );
}
