/** The sample's nearest samples in the layer beside its nearest on the map, and which of them the map keeps. */
import type { JSX } from "preact";
import { gridOf } from "../../analysis/plane_grid";
import type { SampleDetails } from "../../state/inspect";
import { useDerived } from "../../ui/use_derived";
import { usePointed } from "../space/pointed";
import { useStore } from "../store_context";
import { sampleFacts, spokenFacts } from "./sample_facts";
import { ClassMark, Thumb, useHasThumbs } from "./thumb";

/** Largest side of a neighbour's picture, in pixels. */
const PICTURE = 22;
/** Said of a neighbour, by whether it is one in the layer and on the map. */
const WORDS = {
  kept: "the map keeps it",
  missed: "a true neighbour that the map draws elsewhere",
  false: "drawn near, and no true neighbour",
} as const;
type Fate = keyof typeof WORDS;

/** Both rows. */
export function Neighbours({ details }: { details: SampleDetails }): JSX.Element {
  const store = useStore();
  const { derived, data } = store;
  const near = useDerived(() => {
    void data.buffered.value;
    const i = derived.nearestFrame.value;
    const frame = data.buffered.value.has(i) ? store.frameAt(i) : undefined;
    return frame === undefined ? null : gridOf(frame).nearest(details.row, details.k);
  }, [store, details]).value;
  const truly = details.neighbours;
  if (truly.length === 0) {
    return (
      <section class="part">
        <h3 class="section-title">Neighbours</h3>
        <p class="absent">Its activations are not finite, so it has no neighbours.</p>
      </section>
    );
  }
  const drawn = new Set(near ?? []);
  const real = new Set(truly);
  const kept = truly.filter((row) => drawn.has(row)).length;
  return (
    <section class="part">
      <h3 class="section-title">
        Neighbours
        {near !== null && near.length > 0 && (
          <span class="faint numeric">
            {" "}
            · {kept} of {truly.length} kept by the map
          </span>
        )}
      </h3>
      <NeighbourRow
        title="in the layer"
        hint="dashed: drawn elsewhere"
        rows={truly}
        fate={(row) => (near === null || drawn.has(row) ? "kept" : "missed")}
      />
      {near === null ? (
        <p class="absent">The map of this {derived.unit.value} is still loading.</p>
      ) : near.length === 0 ? (
        <p class="absent">It has no place on this map.</p>
      ) : (
        <NeighbourRow
          title="on the map"
          hint="dotted: no true neighbour"
          rows={near}
          fate={(row) => (real.has(row) ? "kept" : "false")}
        />
      )}
    </section>
  );
}

interface RowProps {
  readonly title: string;
  readonly hint: string;
  readonly rows: readonly number[];
  readonly fate: (row: number) => Fate;
}

function NeighbourRow({ title, hint, rows, fate }: RowProps): JSX.Element {
  const store = useStore();
  const pictures = useHasThumbs();
  const pointed = usePointed();
  return (
    <>
      <p class="neighbour-title">
        {title}
        {rows.some((row) => fate(row) !== "kept") && <span class="faint"> · {hint}</span>}
      </p>
      <ul class="neighbours" aria-label={`Nearest ${title}`} {...pointed}>
        {rows.map((row) => {
          const facts = sampleFacts(store, row);
          const spoken = `${spokenFacts(store, facts)}: ${WORDS[fate(row)]}`;
          return (
            <li key={row}>
              <button
                type="button"
                class="neighbour"
                data-fate={fate(row)}
                data-row={row}
                title={`${spoken}\nClick: select it · Shift-click: add it`}
                aria-label={spoken}
                onClick={(event) => store.inspect.select(row, event.shiftKey)}
              >
                {pictures && <Thumb row={row} size={PICTURE} />}
                <span class="neighbour-class">
                  {facts.label !== null && <ClassMark index={facts.label} />}
                  {!pictures && <span class="neighbour-id">{facts.id}</span>}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
