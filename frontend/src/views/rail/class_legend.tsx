/** The legend that filters: colour, name, accuracy at this epoch and size of each class. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { SelectMode } from "../../state/selection";
import { count, percent, plural } from "../../ui/format";
import { useStore } from "../store_context";
import { accuracyOf, rowsOfClass } from "./class_stats";
import { useClassStats } from "./use_class_stats";

/** Rows that are shown of more classes before one looks for others: the largest. */
const MOST_ROWS = 20;

/** A button is pressed by a click or a key; browsers press none by Enter with Alt or Ctrl. */
function pressed(act: (event: MouseEvent | KeyboardEvent) => void) {
  return {
    onClick: act,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.altKey || event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      act(event);
    },
  };
}

/**
 * Heading and rows. A click shows a class alone, with Ctrl it hides or shows it. Shift and Alt do what they do on the map: add the
 * class's samples to the selection, take them away.
 */
export function ClassLegend(): JSX.Element | null {
  const store = useStore();
  const { classes, colours } = store.derived;
  const stats = useClassStats();
  const wanted = useSignal("");
  if (classes.value.length === 0) return null;

  const judged = stats.value.judged.some((samples) => samples > 0);
  const hidden = store.view.hiddenClasses.value;
  const many = classes.value.length > MOST_ROWS;
  const searched = many ? wanted.value.trim().toLowerCase() : "";
  const matching = [...classes.value.keys()].filter((i) =>
    classes.value[i]?.toLowerCase().includes(searched),
  );
  const { counts } = stats.value;
  const select = (i: number, mode: SelectMode) => store.explore.selectRows(rowsOfClass(store, i), mode);
  if (many) matching.sort((p, q) => (counts[q] ?? 0) - (counts[p] ?? 0) || p - q);
  const rest = matching.slice(MOST_ROWS);
  return (
    <section class="rail-section class-legend">
      <div class="section-head">
        <h2 class="section-title">Classes</h2>
        {hidden.size > 0 ? (
          <button type="button" class="text-button" onClick={() => store.showAllClasses()}>
            Show all
          </button>
        ) : (
          <span class="faint small">{judged ? "right · samples" : "samples"}</span>
        )}
      </div>
      {many && (
        <input
          class="field class-search"
          type="search"
          placeholder={`Find among ${count(classes.value.length)} classes`}
          aria-label="Find a class"
          value={wanted.value}
          onInput={(event) => {
            wanted.value = event.currentTarget.value;
          }}
        />
      )}
      <ul aria-label="Classes">
        {matching.slice(0, MOST_ROWS).map((i) => {
          const name = classes.value[i] as string;
          const shown = !hidden.has(i);
          const right = accuracyOf(stats.value, i);
          const size = stats.value.counts[i] ?? 0;
          const spoken = `${name}: ${plural(size, "sample")}${right === null ? "" : `, ${percent(right)} right`}`;
          return (
            // Two classes may have the same name; their place is what tells them apart.
            <li key={i} class="class-place">
              <button
                type="button"
                class="class-row"
                aria-pressed={shown}
                title={`${spoken}\nClick: this class alone · Ctrl: hide or show · Shift: add to the selection · Alt: take away`}
                style={{ "--class": colours.value[i] ?? "", "--share": String(right ?? 0) }}
                {...pressed((event) => {
                  if (event.shiftKey) select(i, "add");
                  else if (event.altKey) select(i, "remove");
                  else if (event.ctrlKey || event.metaKey) store.toggleClass(i);
                  else store.soloClass(i);
                })}
              >
                <span class="class-dot" />
                <span class="class-name">{name}</span>
                {right !== null && (
                  <span class="class-right numeric">
                    {percent(right)}
                    <span class="visually-hidden"> right,</span>
                  </span>
                )}
                <span class="class-count numeric">
                  {count(size)}
                  <span class="visually-hidden"> {size === 1 ? "sample" : "samples"}</span>
                </span>
                {right !== null && <span class="class-bar" />}
              </button>
              <button
                type="button"
                class="text-button class-select"
                aria-label={`Select ${name}`}
                title={`Select the samples of ${name}; Shift adds them, Alt takes them away`}
                {...pressed((event) =>
                  select(i, event.shiftKey ? "add" : event.altKey ? "remove" : "replace"),
                )}
              >
                select
              </button>
            </li>
          );
        })}
      </ul>
      {rest.length > 0 && (
        <p class="faint small numeric">
          and {plural(rest.length, "other")} with{" "}
          {plural(
            rest.reduce((sum, i) => sum + (counts[i] ?? 0), 0),
            "sample",
          )}
        </p>
      )}
      <p class="faint small hint">click: alone · ctrl: hide · ⇧: select</p>
    </section>
  );
}
