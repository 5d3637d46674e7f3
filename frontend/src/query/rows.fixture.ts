/** Why this file: tests of the query language need columns of every kind, large or small; these are made of plain lists. */
import type { ColumnData, ColumnInfo, RowSource } from "./columns";
import { FLAG_VALUES, Schema } from "./columns";

/** One sample by hand; what is left out is missing. */
export interface HandRow {
  readonly id: string;
  readonly label?: string;
  readonly pred?: string;
  readonly conf?: number;
  readonly flips?: number;
  readonly held_out?: boolean;
  readonly tags?: readonly string[];
  readonly text?: string;
  readonly original_label?: string;
}

export const CLASSES: readonly string[] = ["cat", "dog", "Sea lion", "3"];
/** The same classes in another order, as another writer may have listed them. */
export const OLD_CLASSES: readonly string[] = ["dog", "Sea lion", "cat", "wolf"];
export const TAGS: readonly string[] = ["augmented", "noisy"];

const about = (name: string, kind: ColumnInfo["kind"], more: Partial<ColumnInfo> = {}): ColumnInfo => ({
  name,
  kind,
  values: [],
  flag: false,
  timed: false,
  carried: false,
  says: "",
  absent: "",
  ...more,
});

export const SCHEMA = new Schema([
  about("id", "text"),
  about("label", "category", { values: CLASSES }),
  about("pred", "category", { values: CLASSES, timed: true }),
  about("conf", "number", { timed: true }),
  about("flips", "number", { timed: true, carried: true }),
  about("held_out", "category", { values: FLAG_VALUES, flag: true, timed: true }),
  about("tags", "tags", { values: TAGS }),
  about("text", "text"),
  about("original_label", "category", { values: OLD_CLASSES }),
  about("loss", "number", { absent: "This run has no loss: it was logged without logits." }),
]);

const category = (names: readonly (string | undefined)[], values: readonly string[]): ColumnData => ({
  kind: "category",
  codes: Int32Array.from(names, (name) => (name === undefined ? -1 : values.indexOf(name))),
  values,
});

const numbers = (list: readonly (number | undefined)[], quantum = 0): ColumnData => ({
  kind: "number",
  values: Float64Array.from(list, (value) => value ?? Number.NaN),
  quantum,
});

/** The samples as columns. */
export function rowsOf(rows: readonly HandRow[]): RowSource {
  const tags = rows.map((row) => row.tags ?? []);
  const offsets = new Uint32Array(rows.length + 1);
  tags.forEach((list, i) => {
    offsets[i + 1] = (offsets[i] as number) + list.length;
  });
  const columns: Readonly<Record<string, ColumnData>> = {
    id: { kind: "text", values: rows.map((row) => row.id) },
    text: { kind: "text", values: rows.map((row) => row.text ?? "") },
    label: category(
      rows.map((row) => row.label),
      CLASSES,
    ),
    pred: category(
      rows.map((row) => row.pred),
      CLASSES,
    ),
    original_label: category(
      rows.map((row) => row.original_label),
      OLD_CLASSES,
    ),
    conf: numbers(
      rows.map((row) => (row.conf === undefined ? undefined : Math.round(255 * row.conf) / 255)),
      1 / 255,
    ),
    flips: numbers(rows.map((row) => row.flips)),
    held_out: category(
      rows.map((row) => (row.held_out === undefined ? undefined : String(row.held_out))),
      FLAG_VALUES,
    ),
    tags: {
      kind: "tags",
      offsets,
      codes: Int32Array.from(tags.flat(), (tag) => TAGS.indexOf(tag)),
      values: TAGS,
    },
  };
  return { count: rows.length, column: (name) => columns[name] ?? null };
}
