/** One line of the ranking: place, picture, what it is and is labelled as and taken for, and its number as a bar. */
import type { JSX } from "preact";
import type { Ranked } from "../../state/ranking";
import { plain } from "../../ui/format";
import { className, sampleFacts, spokenFacts } from "../inspector/sample_facts";
import { ClassMark, Thumb } from "../inspector/thumb";
import { useStore } from "../store_context";

/** Height of a line, in pixels. */
export const RANKED_HEIGHT = 46;
/** Largest side of a picture, in pixels. */
const PICTURE = 34;

interface Props {
  readonly row: number;
  readonly place: number;
  readonly ranked: Ranked;
  /** The one line that Tab stops at. */
  readonly focusable: boolean;
  readonly selected: boolean;
  /** Among the first that are about to be selected. */
  readonly chosen: boolean;
  /** @param beside what is selected stays so. */
  readonly onSelect: (beside: boolean) => void;
}

export function RankedRow(props: Props): JSX.Element {
  const { row, place, ranked, onSelect } = props;
  const store = useStore();
  const facts = sampleFacts(store, row);
  const value = ranked.values[row] as number;
  const { from, to } = ranked;
  const share = to > from ? (value - from) / (to - from) : 0;
  const text = store.data.samples.value?.texts?.[row];
  const { label, prediction } = facts;
  const predicted = prediction !== null && prediction !== label;
  const spoken = `${place + 1}: ${written(value)}, ${spokenFacts(store, facts)}`;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys.
    <div
      role="option"
      class="ranked"
      style={{ transform: `translateY(${place * RANKED_HEIGHT}px)`, height: `${RANKED_HEIGHT}px` }}
      tabIndex={props.focusable ? 0 : -1}
      aria-selected={props.selected}
      aria-posinset={place + 1}
      aria-setsize={ranked.rows.length}
      aria-label={spoken}
      data-chosen={props.chosen}
      data-row={row}
      title={spoken}
      onClick={(event) => onSelect(event.shiftKey)}
    >
      <span class="ranked-place numeric">{place + 1}</span>
      <Thumb row={row} size={PICTURE} />
      <span class="ranked-what">
        <span class="ranked-name">{text ? text : facts.id}</span>
        <span class="ranked-classes">
          {label !== null && (
            <>
              <ClassMark index={label} /> {className(store, label)}
            </>
          )}
          {predicted && (
            <>
              {label !== null && <span class="faint">→</span>}
              <ClassMark index={prediction} ring={label !== null} /> {className(store, prediction)}
            </>
          )}
          {facts.right === true && <span class="faint">✓</span>}
        </span>
      </span>
      <span class="ranked-value numeric">
        {written(value)}
        <span class="ranked-bar" style={{ "--share": share }} />
      </span>
    </div>
  );
}

/** Two decimals of what is less than ten, so that columns of shares line up. */
function written(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 10 || (value !== 0 && Math.abs(value) < 0.005)
    ? plain(value)
    : value.toFixed(2);
}
