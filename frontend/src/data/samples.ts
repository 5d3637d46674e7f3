/** Why this file: turns the JSON of the `samples` route into columns of typed arrays that 100,000 rows can be asked of. */
import type { SampleColumn, Samples } from "./types";

/** One column as the server writes it. */
export type JsonColumn = { readonly name: string } & (
  | { readonly kind: "category"; readonly values: readonly string[]; readonly codes: readonly number[] }
  | { readonly kind: "number"; readonly numbers: readonly (number | null)[] }
  | {
      readonly kind: "tags";
      readonly values: readonly string[];
      readonly codes: readonly (readonly number[])[];
    }
);

export interface JsonSamples {
  /** As they were logged. */
  readonly ids: readonly (string | number)[];
  readonly labels: readonly number[];
  readonly texts: readonly string[] | null;
  /** Logs of older versions have none. */
  readonly columns?: readonly JsonColumn[];
}

function readColumn(column: JsonColumn): SampleColumn | null {
  const { name } = column;
  switch (column.kind) {
    case "category":
      return { name, kind: "category", values: column.values, codes: Int32Array.from(column.codes) };
    case "number":
      return {
        name,
        kind: "number",
        numbers: Float64Array.from(column.numbers, (value) => value ?? Number.NaN),
      };
    case "tags": {
      const offsets = new Uint32Array(column.codes.length + 1);
      column.codes.forEach((codes, i) => {
        offsets[i + 1] = (offsets[i] as number) + codes.length;
      });
      return {
        name,
        kind: "tags",
        values: column.values,
        offsets,
        codes: Int32Array.from(column.codes.flat()),
      };
    }
    default:
      return null;
  }
}

/** Columns of a kind that this page does not know are left out: a newer writer made them. */
export function readSamples({ ids, labels, texts, columns = [] }: JsonSamples): Samples {
  return {
    ids: ids.map(String),
    labels: Int32Array.from(labels),
    texts,
    columns: columns.map(readColumn).filter((column) => column !== null),
  };
}
