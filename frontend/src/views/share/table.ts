/** Why this file: samples and their history over the epochs as a table or as JSON, from what is on the client. */
import {
  FLAG_NOT_PLACED,
  type FrameData,
  type SampleColumn,
  type Samples,
  UNKNOWN_CLASS,
} from "../../data/types";
import type { ParquetColumn } from "./parquet";

/** Rows of a table above which the page would stand still for long, and a spreadsheet would not open it. */
export const MOST_ROWS = 1_000_000;

export interface Table {
  readonly samples: Samples;
  readonly classes: readonly string[];
  /** Rows of the samples to take. */
  readonly rows: readonly number[];
  /** True maps that are on the client, steps ascending. */
  readonly frames: readonly FrameData[];
}

/** What one map says of one sample; `null` where it is not known. */
interface Moment {
  readonly step: number;
  readonly prediction: string | null;
  readonly confidence: number | null;
  readonly x: number | null;
  readonly y: number | null;
  /** Share of its neighbours that the map keeps. */
  readonly kept: number | null;
}

const short = (value: number, digits: number) => Number(value.toPrecision(digits));

function className(classes: readonly string[], index: number): string {
  return classes[index] ?? `class ${index}`;
}

function momentOf(frame: FrameData, row: number, classes: readonly string[]): Moment {
  const { step, positions, prediction, confidence, flags, kept } = frame;
  const [x0, y0, x1, y1] = frame.bounds;
  const predicted = prediction[row] ?? UNKNOWN_CLASS;
  const known = predicted !== UNKNOWN_CLASS;
  const placed = ((flags[row] ?? FLAG_NOT_PLACED) & FLAG_NOT_PLACED) === 0;
  return {
    step,
    prediction: known ? className(classes, predicted) : null,
    confidence: known ? short((confidence[row] as number) / 255, 4) : null,
    x: placed ? short(x0 + ((positions[2 * row] as number) / 65535) * (x1 - x0), 6) : null,
    y: placed ? short(y0 + ((positions[2 * row + 1] as number) / 65535) * (y1 - y0), 6) : null,
    kept: placed ? short((kept[row] as number) / 255, 4) : null,
  };
}

type Value = string | number | readonly string[] | null;

function columnValue(column: SampleColumn, row: number): Value {
  if (column.kind === "number") {
    const value = column.numbers[row] ?? Number.NaN;
    return Number.isFinite(value) ? value : null;
  }
  if (column.kind === "category") return column.values[column.codes[row] ?? -1] ?? null;
  const codes = column.codes.subarray(column.offsets[row] ?? 0, column.offsets[row + 1] ?? 0);
  return [...codes].map((code) => column.values[code] ?? "");
}

function labelOf({ samples, classes }: Table, row: number): string | null {
  const label = samples.labels[row] ?? -1;
  return label < 0 ? null : className(classes, label);
}

/** One cell after RFC 4180; a text that a spreadsheet would run as a formula is kept a text. */
export function csvCell(value: Value): string {
  if (value === null) return "";
  if (typeof value === "number") return `${value}`;
  const text = `${textOf(value)}`;
  const safe = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What is said of a sample at each epoch. */
const MOMENT = ["step", "prediction", "confidence", "x", "y", "kept"] as const;

function textOf(value: Value): string | number | null {
  return value === null || typeof value === "string" || typeof value === "number" ? value : value.join("|");
}

/** The table of `toCsv` by columns, one after another: names of metadata that meet one of ours end in "_". */
export function* columnsOf(table: Table): Generator<ParquetColumn> {
  const { samples, classes, rows, frames } = table;
  const each = (of: (row: number) => string | number | null) =>
    rows.flatMap((row) => new Array<string | number | null>(frames.length).fill(of(row)));
  yield { name: "id", kind: "text", values: each((row) => samples.ids[row] ?? "") };
  yield { name: "label", kind: "text", values: each((row) => labelOf(table, row)) };
  const ours: readonly string[] = ["id", "label", ...MOMENT];
  for (const column of samples.columns ?? []) {
    yield {
      name: ours.includes(column.name) ? `${column.name}_` : column.name,
      kind: column.kind === "number" ? "number" : "text",
      values: each((row) => textOf(columnValue(column, row))),
    };
  }
  for (const name of MOMENT) {
    const values = rows.flatMap((row) => frames.map((frame) => momentOf(frame, row, classes)[name]));
    yield { name, kind: name === "prediction" ? "text" : name === "step" ? "integer" : "number", values };
  }
}

/** One line a sample and epoch, in pieces that make one file. */
export function toCsv(table: Table): string[] {
  const { samples, classes, rows, frames } = table;
  const columns = samples.columns ?? [];
  const names = ["id", "label", ...columns.map(({ name }) => name)];
  const pieces = [`${[...names, ...MOMENT].map(csvCell).join(",")}\r\n`];
  for (const row of rows) {
    const own = [
      samples.ids[row] ?? "",
      labelOf(table, row),
      ...columns.map((column) => columnValue(column, row)),
    ];
    const head = own.map(csvCell).join(",");
    const lines = frames.map((frame) => {
      const moment = momentOf(frame, row, classes);
      return `${head},${MOMENT.map((name) => csvCell(moment[name])).join(",")}\r\n`;
    });
    pieces.push(lines.join(""));
  }
  return pieces;
}

/** One object a sample with its history as a list, in pieces that make one file. */
export function toJson(table: Table, about: Readonly<Record<string, string>>): string[] {
  const { samples, classes, rows, frames } = table;
  const pieces = [`{"about":${JSON.stringify(about)},"samples":[`];
  rows.forEach((row, i) => {
    const columns = Object.fromEntries(
      (samples.columns ?? []).map((column) => [column.name, columnValue(column, row)]),
    );
    const history = frames.map((frame) => momentOf(frame, row, classes));
    const sample = { id: samples.ids[row] ?? "", label: labelOf(table, row), columns, history };
    pieces.push(`${i === 0 ? "\n" : ",\n"}${JSON.stringify(sample)}`);
  });
  pieces.push("\n]}\n");
  return pieces;
}
