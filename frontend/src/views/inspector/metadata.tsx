/** What is known of a sample beside its classes: numbers of this epoch, and what the user's metadata says. */
import type { JSX } from "preact";
import type { ColumnData } from "../../query/columns";
import { NOT_KNOWN, percent, plain } from "../../ui/format";
import { useStore } from "../store_context";

/** Columns of the epoch that are shown with every sample, and in which words. */
const TIMED: readonly { readonly name: string; readonly words: string; readonly share?: true }[] = [
  { name: "margin", words: "margin", share: true },
  { name: "loss", words: "loss" },
  { name: "flips", words: "flips so far" },
  { name: "forgotten", words: "forgotten" },
  { name: "learned_at", words: "right since" },
  { name: "moved", words: "moved" },
  { name: "kept", words: "kept", share: true },
  { name: "role", words: "role" },
  { name: "held_out", words: "held out" },
];

/** A value as text; `null`: none. */
export function textOf(data: ColumnData, row: number, share: boolean): string | null {
  if (data.kind === "text") return data.values[row] ?? null;
  if (data.kind === "number") {
    const value = data.values[row] as number;
    return Number.isNaN(value) ? null : share ? percent(value) : plain(value);
  }
  if (data.kind === "category") return data.values[data.codes[row] as number] ?? null;
  const codes = data.codes.subarray(data.offsets[row] as number, data.offsets[row + 1] as number);
  return codes.length === 0 ? null : Array.from(codes, (code) => data.values[code] ?? "").join(", ");
}

/** The list. What this run does not have is absent. */
export function Metadata({ row }: { row: number }): JSX.Element {
  const { explore, data } = useStore();
  const schema = explore.schema.value;
  const own = (data.samples.value?.columns ?? []).map(({ name }) => ({
    name,
    words: name,
    share: undefined,
  }));
  const facts = [...TIMED, ...own].flatMap(({ name, words, share }) => {
    const info = schema?.find(name);
    if (info === undefined || info.absent !== "") return [];
    const column = explore.columns.column(name).value;
    if (column === null) return [];
    const value = textOf(column, row, share === true);
    // A flag that is not set says nothing that its absence does not.
    if (name === "held_out" && value !== "true") return [];
    if (value === null && name !== "learned_at" && info.timed) return [];
    return [{ words, says: info.says, value: value ?? (name === "learned_at" ? "not right" : NOT_KNOWN) }];
  });
  return (
    <dl class="facts">
      {facts.map(({ words, value, says }) => (
        <div key={words}>
          <dt title={says}>{words}</dt>
          <dd class="numeric" title={value}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
