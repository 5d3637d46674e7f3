/** Why this file: what the maps of the other panels say of the sample under the pointer. */
import type { JSX } from "preact";
import { UNKNOWN_CLASS } from "../../data/types";
import { comparison } from "../../state/compare";
import type { OtherPanel } from "../../state/compare_panel";
import { nearest } from "../../state/locate";
import { percent } from "../../ui/format";
import { useStore } from "../store_context";
import { LETTERS } from "./panel_words";

/** One line for each other panel; nothing while one map is looked at alone. */
export function Elsewhere({ row }: { row: number }): JSX.Element | null {
  const { others } = comparison(useStore());
  if (others.value.length === 0) return null;
  return (
    <ul class="elsewhere numeric">
      {others.value.map((panel, i) => (
        <Line key={panel.id} panel={panel} letter={LETTERS[i + 1] ?? ""} row={row} />
      ))}
    </ul>
  );
}

function Line({
  panel,
  letter,
  row,
}: {
  panel: OtherPanel;
  letter: string;
  row: number;
}): JSX.Element | null {
  const { derived } = useStore();
  const position = panel.position.value;
  const frame = position === null ? undefined : panel.frameAt(nearest(position));
  const prediction = frame?.prediction[row] ?? UNKNOWN_CLASS;
  if (frame === undefined) return null;
  if (prediction === UNKNOWN_CLASS) {
    const absent = (panel.match.value?.rows?.[row] ?? 0) < 0;
    return absent ? (
      <li>
        <b>{letter}</b> <span class="faint">not in this run</span>
      </li>
    ) : null;
  }
  return (
    <li>
      <b>{letter}</b>
      <span class="class-tag">
        <span class="class-dot" style={{ "--class": derived.colours.value[prediction] ?? "currentColor" }} />
        {derived.classes.value[prediction] ?? `class ${prediction}`}
      </span>
      <span class="muted">{percent((frame.confidence[row] ?? 0) / 255)}</span>
    </li>
  );
}
