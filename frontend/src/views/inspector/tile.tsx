/** One sample of the selection in the panel's grid: its picture, its text, or what is known of it. */
import type { JSX } from "preact";
import { percent } from "../../ui/format";
import { useStore } from "../store_context";
import { className, type SampleFacts, sampleFacts, spokenFacts } from "./sample_facts";
import { ClassMark, Thumb } from "./thumb";

/** Pixels. "picture": many to a row; "line": one to a row. */
export const TILE = { picture: { width: 60, height: 66 }, line: { width: 0, height: 46 } } as const;
export type TileKind = keyof typeof TILE;
/** Largest side of a picture in the grid, in pixels. */
const PICTURE = 42;

interface Props {
  readonly row: number;
  readonly kind: TileKind;
  readonly column: number;
  readonly focused: boolean;
  readonly onFocus: () => void;
}

/** The cell. */
export function Tile({ row, kind, column, focused, onFocus }: Props): JSX.Element {
  const store = useStore();
  const facts = sampleFacts(store, row);
  const spoken = spokenFacts(store, facts);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a cell of the grid that is no table.
    <div
      role="gridcell"
      class={`sample-tile ${kind}`}
      aria-colindex={column + 1}
      aria-selected={focused}
      data-right={facts.right === null ? "unknown" : facts.right}
      tabIndex={focused ? 0 : -1}
      title={spoken}
      data-row={row}
      onClick={onFocus}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        onFocus();
      }}
    >
      <span class="visually-hidden">{spoken}</span>
      {kind === "picture" ? (
        <>
          <Thumb row={row} size={PICTURE} />
          <Caption facts={facts} />
        </>
      ) : (
        <>
          <p class="line-words" aria-hidden="true">
            {lineWords(store, row, facts)}
          </p>
          <Caption facts={facts} />
        </>
      )}
    </div>
  );
}

/** Its text, or its id and metadata. */
function lineWords(store: ReturnType<typeof useStore>, row: number, facts: SampleFacts): string {
  const samples = store.data.samples.value;
  const text = samples?.texts?.[row];
  if (text) return text;
  const known = (samples?.columns ?? []).flatMap((column) => {
    if (column.kind === "number") return [`${column.name} ${column.numbers[row]}`];
    if (column.kind === "category") return column.values[column.codes[row] ?? -1] ?? [];
    return [];
  });
  return [facts.id, ...known].join(" · ");
}

/** Longest name that leaves room for another in the same tile. */
const SHORT = 3;

/** Label, and the prediction where it is another; how sure the model is. Long names of labels give way to their marks. */
function Caption({ facts }: { facts: SampleFacts }): JSX.Element {
  const store = useStore();
  const { label, prediction, confidence, right } = facts;
  const predicted = prediction !== null && prediction !== label;
  return (
    <p class="caption" aria-hidden="true">
      {label !== null && (
        <>
          <ClassMark index={label} />
          {(!predicted || className(store, label).length <= SHORT) && (
            <span class="caption-name">{className(store, label)}</span>
          )}
        </>
      )}
      {predicted && (
        <>
          {label !== null && <span class="arrow">→</span>}
          <ClassMark index={prediction} ring={label !== null} />
          <b class="caption-name">{className(store, prediction)}</b>
        </>
      )}
      {right === true && <span class="caption-right">✓</span>}
      {confidence !== null && <span class="caption-sure numeric">{percent(confidence)}</span>}
    </p>
  );
}
