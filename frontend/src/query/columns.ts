/** Why this file: what a query can ask about: the columns there are, and their values at one epoch. */

/** What of a column is known before its values are: enough to read, check and complete a query. */
export interface ColumnInfo {
  readonly name: string;
  readonly kind: "number" | "category" | "tags" | "text";
  /** Of a category or of tags: what its codes stand for. */
  readonly values: readonly string[];
  /** A category of "false" and "true", which may stand alone as a condition. */
  readonly flag: boolean;
  /** Changes with the epoch. */
  readonly timed: boolean;
  /** Depends on more than the epoch itself: earlier epochs, or what is selected. */
  readonly carried: boolean;
  /** One line for the list of completions. */
  readonly says: string;
  /** Why it has no values in this run, as a sentence; "" when it has. */
  readonly absent: string;
}

export type Numbers = Float32Array | Float64Array;
export type Codes = Int32Array | Uint16Array | Uint8Array;

/** Shares are stored in bytes: so many steps from 0 to 1. */
export const SHARE_STEPS = 255;

/** Row i has the value `of[i] / SHARE_STEPS`, or none where `predictions[i]` is `UNKNOWN_CLASS`. */
export interface Bytes {
  readonly of: Uint8Array;
  readonly predictions: Uint16Array | undefined;
}

export type ColumnData =
  | {
      readonly kind: "number";
      /** NaN: none. */
      readonly values: Numbers;
      /** Distance between two storable values; half of it is what equality forgives. 0: exact. */
      readonly quantum: number;
      /** What `values` are made from, where they are bytes: 256 answers serve all rows, and `values` need not be made. */
      readonly bytes?: Bytes;
    }
  | {
      readonly kind: "category";
      /** Index into `values`; any other number: none. */
      readonly codes: Codes;
      readonly values: readonly string[];
    }
  | {
      readonly kind: "tags";
      /** Codes of row i are `codes[offsets[i]]` up to `codes[offsets[i + 1]]`. */
      readonly offsets: Uint32Array;
      readonly codes: Int32Array;
      readonly values: readonly string[];
    }
  | { readonly kind: "text"; readonly values: readonly string[] };

/** All samples at one epoch. */
export interface RowSource {
  readonly count: number;
  /** `null`: not on the client (yet). */
  column(name: string): ColumnData | null;
}

/** What `value` is called where a sample has none. */
export const NONE = "none";
export const FLAG_VALUES: readonly string[] = ["false", "true"];

/** The columns of a run, found by name. */
export class Schema {
  private readonly byName: ReadonlyMap<string, ColumnInfo>;

  /** Of two columns with one name the first counts. */
  constructor(readonly columns: readonly ColumnInfo[]) {
    this.byName = new Map(columns.toReversed().map((column) => [column.name, column]));
  }

  /** By its exact name, or by the only one that differs in case alone. */
  find(name: string): ColumnInfo | undefined {
    const exact = this.byName.get(name);
    if (exact !== undefined) return exact;
    const lower = name.toLowerCase();
    const similar = this.columns.filter((column) => column.name.toLowerCase() === lower);
    return similar.length === 1 ? similar[0] : undefined;
  }
}
