/** The selection as a table: a line a sample, a column for everything that is known of it. Lines out of sight are not rendered. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Order } from "../../state/inspect";
import { NOT_KNOWN, percent, plural } from "../../ui/format";
import { useWindowRows } from "../../ui/use_window_rows";
import { usePointed } from "../space/pointed";
import { useStore } from "../store_context";
import { useGridKeys } from "./grid_keys";
import { textOf } from "./metadata";
import { className, type SampleFacts, sampleFacts } from "./sample_facts";
import { ClassMark, Thumb } from "./thumb";
import { useFocusedRow } from "./use_focused_row";

/** Pixels. */
const LINE = 28;
const HEADER = 28;
const PICTURE = 22;
const METADATA_WIDTH = 96;

interface Column {
  readonly name: string;
  readonly words: string;
  /** Pixels. */
  readonly width: number;
  /** What a click on its head orders by. */
  readonly order?: Order;
  readonly numeric?: true;
  readonly cell: (facts: SampleFacts) => JSX.Element | string | null;
}

/** What every run has, then the user's metadata. */
function useColumns(): readonly Column[] {
  const { explore, data } = useStore();
  const { columns } = explore;
  const value = (name: string, row: number) => {
    const column = columns.column(name).value;
    return column === null ? null : textOf(column, row, false);
  };
  const metadata = (data.samples.value?.columns ?? []).map(({ name }): Column => {
    return { name, words: name, width: METADATA_WIDTH, cell: ({ row }) => value(name, row) };
  });
  return [
    { name: "label", words: "label", width: 66, cell: ({ label }) => <ClassCell index={label} /> },
    {
      name: "pred",
      words: "taken for",
      width: 76,
      cell: ({ prediction, right }) => <ClassCell index={prediction} ring={right === false} />,
    },
    {
      name: "conf",
      words: "confidence",
      width: 86,
      order: "conf",
      numeric: true,
      cell: ({ confidence }) => percent(confidence),
    },
    { name: "correct", words: "verdict", width: 70, cell: ({ right }) => <Verdict right={right} /> },
    {
      name: "flips",
      words: "flips",
      width: 50,
      order: "flips",
      numeric: true,
      cell: ({ row }) => value("flips", row),
    },
    ...metadata,
  ];
}

function ClassCell({ index, ring = false }: { index: number | null; ring?: boolean }): JSX.Element {
  const store = useStore();
  return index === null ? (
    <NotKnown />
  ) : (
    <span class="class-tag">
      <ClassMark index={index} ring={ring} />
      {className(store, index)}
    </span>
  );
}

function NotKnown(): JSX.Element {
  return <span class="faint">{NOT_KNOWN}</span>;
}

function Verdict({ right }: { right: boolean | null }): JSX.Element {
  if (right === null) return <NotKnown />;
  return <span class={right ? "verdict right" : "verdict wrong"}>{right ? "✓ right" : "✗ wrong"}</span>;
}

/** The table. */
export function SampleTable(): JSX.Element {
  const store = useStore();
  const { inspect } = store;
  const order = inspect.order.value;
  const focus = inspect.focus.value;
  const list = useRef<HTMLDivElement>(null);
  const { first, end } = useWindowRows(list, order.length, LINE);
  const columns = useColumns();
  const pointed = usePointed();
  const at = order.indexOf(focus);
  useFocusedRow(list, { row: focus, line: at, height: LINE, header: HEADER });
  const onKeyDown = useGridKeys(order, at, 1);
  return (
    <div class="sample-table" ref={list}>
      <table
        aria-label={`Selected samples: ${plural(order.length, "sample")}`}
        aria-rowcount={order.length + 1}
        aria-colcount={columns.length + 1}
      >
        <colgroup>
          <col class="sample-column" />
          {columns.map(({ name, width }) => (
            <col key={name} style={{ width: `${width}px` }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            <Head words="sample" order="id" />
            {columns.map((column) => (
              <Head key={column.name} {...column} />
            ))}
          </tr>
        </thead>
        <tbody data-rows onKeyDown={onKeyDown} {...pointed}>
          <Gap lines={first} />
          {Array.from(order.subarray(first, end), (row, k) => {
            const facts = sampleFacts(store, row);
            return (
              <tr
                key={row}
                aria-rowindex={first + k + 2}
                data-focused={row === focus}
                onClick={() => inspect.focusOn(row)}
              >
                <th scope="row">
                  <button
                    type="button"
                    class="sample-name"
                    data-row={row}
                    aria-current={row === focus}
                    tabIndex={row === focus ? 0 : -1}
                  >
                    <Thumb row={row} size={PICTURE} />
                    <span>{facts.id}</span>
                  </button>
                </th>
                {columns.map(({ name, numeric, cell }) => (
                  <td key={name} data-row={row} class={numeric && "numeric"}>
                    {cell(facts) ?? <NotKnown />}
                  </td>
                ))}
              </tr>
            );
          })}
          <Gap lines={order.length - end} />
        </tbody>
      </table>
    </div>
  );
}

/** Room for the lines that are out of sight. */
function Gap({ lines }: { lines: number }): JSX.Element | null {
  if (lines <= 0) return null;
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a line of a table takes no focus, and this one says nothing.
  return <tr aria-hidden="true" style={{ height: `${lines * LINE}px` }} />;
}

/** A column's head; a click on one that can be ordered by does so, a second one turns the order round. */
function Head({ words, order, numeric }: Partial<Column>): JSX.Element {
  const { inspect } = useStore();
  const chosen = order !== undefined && inspect.orderBy.value === order;
  const down = inspect.descending.value;
  return (
    <th
      scope="col"
      class={numeric && "numeric"}
      {...(chosen && { "aria-sort": down ? "descending" : "ascending" })}
    >
      {order === undefined ? (
        words
      ) : (
        <button
          type="button"
          class="sort"
          onClick={() => {
            if (chosen) inspect.descending.value = !down;
            else inspect.orderBy.value = order;
          }}
        >
          {words}
          {chosen && <span aria-hidden="true">{down ? " ↓" : " ↑"}</span>}
        </button>
      )}
    </th>
  );
}
