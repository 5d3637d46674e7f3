/** What happens to the selected samples, epoch by epoch; with nothing selected, how much happens at each epoch. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { EVENT_KINDS, type EventKind, type SampleEvent } from "../../analysis/events";
import { plural } from "../../ui/format";
import { useWindowRows } from "../../ui/use_window_rows";
import { useStore } from "../store_context";
import { EpochCounts } from "./epoch_counts";
import { eventWords, KIND_WORDS } from "./event_words";

/** Height of a line of the list, in pixels. */
const LINE = 44;

/** The tab. */
export function EventsTab(): JSX.Element {
  const { inspect, explore, derived } = useStore();
  const { loaded, of } = explore.coverage.value;
  const selected = explore.selectedMask.value !== null;
  const all = inspect.counting.value || !selected;
  return (
    <>
      <fieldset class="event-scope" aria-label="Whose events">
        <button
          type="button"
          class="pill"
          aria-pressed={!all}
          disabled={!selected}
          onClick={() => {
            inspect.counting.value = false;
          }}
        >
          of the selection
        </button>
        <button
          type="button"
          class="pill"
          aria-pressed={all}
          onClick={() => {
            inspect.counting.value = true;
          }}
        >
          of all samples
        </button>
      </fieldset>
      {loaded < of && (
        <p class="absent numeric">
          Looked for in the {loaded} of {of} {derived.unit.value}s that are loaded.
        </p>
      )}
      {all ? <EpochCounts /> : <SelectionEvents />}
    </>
  );
}

function SelectionEvents(): JSX.Element {
  const { inspect } = useStore();
  const kinds = inspect.kinds.value;
  const events = inspect.events.value;
  const shown = events.filter(({ kind }) => kinds.has(kind));
  const toggle = (kind: EventKind) => {
    const next = new Set(kinds);
    if (!next.delete(kind)) next.add(kind);
    inspect.kinds.value = next;
  };
  if (inspect.noEvents.value !== "") return <p class="absent">{inspect.noEvents.value}</p>;
  return (
    <>
      <fieldset class="event-kinds" aria-label="Kinds of events">
        {EVENT_KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            class="pill"
            aria-pressed={kinds.has(kind)}
            title={KIND_WORDS[kind].says}
            onClick={() => toggle(kind)}
          >
            <span aria-hidden="true">{KIND_WORDS[kind].mark}</span> {KIND_WORDS[kind].name}{" "}
            <span class="numeric faint">{events.filter((event) => event.kind === kind).length}</span>
          </button>
        ))}
      </fieldset>
      {shown.length === 0 ? (
        <p class="absent">
          {events.length === 0 ? "Nothing happens to them." : "Nothing of these kinds happens to them."}
        </p>
      ) : (
        <EventList events={shown} />
      )}
      <p class="event-hint faint">
        <kbd>[</kbd> <kbd>]</kbd> events of the sample in focus
      </p>
    </>
  );
}

function EventList({ events }: { events: readonly SampleEvent[] }): JSX.Element {
  const store = useStore();
  const { inspect, derived, data } = store;
  const list = useRef<HTMLDivElement>(null);
  const { first, end } = useWindowRows(list, events.length, LINE);
  const now = derived.nearestFrame.value;
  const steps = derived.steps.value;
  return (
    <div class="event-list" ref={list} tabIndex={-1}>
      <ol aria-label={plural(events.length, "event")} style={{ height: `${events.length * LINE}px` }}>
        {events.slice(first, end).map((event, k) => {
          const { kind, row, frame } = event;
          const id = data.samples.value?.ids[row] ?? row;
          return (
            <li
              key={`${frame} ${row} ${kind}`}
              class="event-place"
              aria-setsize={events.length}
              aria-posinset={first + k + 1}
              style={{ transform: `translateY(${(first + k) * LINE}px)` }}
            >
              <button
                type="button"
                class="event"
                aria-current={frame === now}
                data-focused={row === inspect.focus.value}
                title={KIND_WORDS[kind].says}
                onClick={() => {
                  inspect.focusOn(row);
                  store.seek(steps[frame] ?? 0);
                }}
              >
                <span class="event-mark" data-kind={kind} aria-hidden="true">
                  {KIND_WORDS[kind].mark}
                </span>
                <span class="event-what">
                  <b>sample {id}</b> {KIND_WORDS[kind].name}
                  <span class="muted numeric">{eventWords(store, event)}</span>
                </span>
                <span class="event-when numeric">
                  {derived.unit.value} {(steps[frame] ?? 0).toLocaleString("en-US")}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
