/** What the colours mean, when samples are not coloured by class. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { codesOf, type Legend, type LegendEntry, MOST_CATEGORIES } from "../../state/colour_scales";
import { mapGradient } from "../../theme/colour_maps";
import { NEUTRAL } from "../../theme/palettes";
import { count, plain, plural } from "../../ui/format";
import { useStore } from "../store_context";

/** The legend; nothing while samples have their classes' colours. */
export function ColourLegend(): JSX.Element | null {
  const { colouring, transient } = useStore();
  const name = colouring.by.value;
  const legend = colouring.legend.value;
  if (name === "") return null;
  if (legend === null) {
    const absent = colouring.choices.value.find((column) => column.name === name)?.absent ?? "";
    return <p class="absent">{absent || "There are no values of it here (yet)."}</p>;
  }
  const neutral = NEUTRAL[transient.dark.value ? "dark" : "light"];
  return (
    <div class="colour-legend">
      {legend.kind === "number" ? <Ramp legend={legend} /> : <Categories legend={legend} name={name} />}
      {legend.none > 0 && (
        <p class="legend-none">
          <span class="class-dot" style={{ "--class": neutral }} />
          <span class="class-name">none</span>
          <span class="class-count numeric">{count(legend.none)}</span>
        </p>
      )}
    </div>
  );
}

function Ramp({ legend }: { legend: Legend & { kind: "number" } }): JSX.Element {
  const { transient } = useStore();
  const { from, to, clipped } = legend.span;
  return (
    <>
      <div class="ramp" style={{ background: mapGradient("sequential", transient.dark.value) }} />
      <p class="ramp-ends numeric">
        <span>{plain(from)}</span>
        <span>
          {clipped && "≥ "}
          {plain(to)}
        </span>
      </p>
    </>
  );
}

function Categories({ legend, name }: { legend: Legend & { kind: "category" }; name: string }): JSX.Element {
  const { explore, transient } = useStore();
  const neutral = NEUTRAL[transient.dark.value ? "dark" : "light"];
  const wanted = useSignal("");
  const all = legend.entries;
  const searched = wanted.value.trim().toLowerCase();
  const matching = searched === "" ? all : all.filter((one) => one.name.toLowerCase().includes(searched));
  const shown = matching.slice(0, MOST_CATEGORIES);
  const rest = matching.slice(MOST_CATEGORIES);
  const select = (one: LegendEntry, add: boolean) => {
    const data = explore.columns.column(name).peek();
    if (data === null) return;
    const codes = codesOf(data);
    const rows: number[] = [];
    for (let row = 0; row < codes.length; row++) if (codes[row] === one.code) rows.push(row);
    explore.selectRows(rows, add ? "add" : "replace");
  };
  return (
    <>
      {all.length > MOST_CATEGORIES && (
        <input
          class="field"
          type="search"
          placeholder={`Find among ${all.length.toLocaleString("en-US")}`}
          aria-label="Find a value in the legend"
          value={wanted.value}
          onInput={(event) => {
            wanted.value = event.currentTarget.value;
          }}
        />
      )}
      <ul aria-label="Legend of the colours">
        {shown.map((one) => (
          <li key={one.code}>
            <button
              type="button"
              class="class-row"
              title={`Select the ${plural(one.count, "sample")}; with Shift add them`}
              style={{ "--class": one.colour }}
              onClick={(event) => select(one, event.shiftKey)}
            >
              <span class="class-dot" />
              <span class="class-name">{one.name}</span>
              <span class="class-count numeric">{count(one.count)}</span>
            </button>
          </li>
        ))}
      </ul>
      {rest.length > 0 && (
        <p class="legend-none">
          <span class="class-dot" style={{ "--class": neutral }} />
          <span class="class-name">{plural(rest.length, "other")}</span>
          <span class="class-count numeric">{count(rest.reduce((sum, one) => sum + one.count, 0))}</span>
        </p>
      )}
    </>
  );
}
