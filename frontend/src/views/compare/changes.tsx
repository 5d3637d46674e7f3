/** Why this file: the samples whose neighbourhoods differ most between panels A and B, as a list to select from. It is a tab of the panel beside the maps. */
import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import type { FrameData } from "../../data/types";
import { comparison } from "../../state/compare";
import { largest, NEIGHBOURS, neighbourhoodChanges } from "../../state/compare_changes";
import { nearest } from "../../state/locate";
import type { Store } from "../../state/store";
import { percent } from "../../ui/format";
import { Thumb } from "../inspector/thumb";
import { usePointed } from "../space/pointed";
import { useStore } from "../store_context";

/** Samples in the list. */
const LISTED = 60;
/** Time must have rested this long before the list is made anew. */
const REST_MS = 150;
/** Longest stretch of work before the page gets its turn. */
const TURN_MS = 8;

/** The true frames that A and B show, or are nearest to; `null` while one is not on the client. */
function framesNow(store: Store): readonly [FrameData, FrameData] | null {
  const { others, arrivals } = comparison(store);
  const panel = others.value[0];
  void [store.data.buffered.value, arrivals.value, panel?.keys.value];
  const position = panel?.position.value ?? null;
  const own = store.frameAt(store.derived.nearestFrame.value);
  const other = position === null ? undefined : panel?.frameAt(nearest(position));
  return own === undefined || other === undefined ? null : [own, other];
}

/** Changes between the frames in view; `null` while they are worked out. */
function useChanges(store: Store): ReadonlySignal<Float32Array | null> {
  const changes = useSignal<Float32Array | null>(null);
  let held: readonly [FrameData, FrameData] | null = null;
  const frames = useComputed(() => {
    const now = framesNow(store);
    // The same two frames are the same question.
    if (now === null || held === null || now[0] !== held[0] || now[1] !== held[1]) held = now;
    return held;
  });
  useSignalEffect(() => {
    const now = frames.value;
    changes.value = null;
    if (now === null) return;
    const work = neighbourhoodChanges(...now);
    let timer = setTimeout(turn, REST_MS);
    function turn() {
      const until = performance.now() + TURN_MS;
      let step = work.next();
      while (!step.done && performance.now() < until) step = work.next();
      if (step.done) changes.value = step.value;
      else timer = setTimeout(turn, 0);
    }
    return () => clearTimeout(timer);
  });
  return changes;
}

/** The list beside the maps, while their difference is shown. */
export function Changes(): JSX.Element {
  const store = useStore();
  const changes = useChanges(store);
  const pointed = usePointed();
  const rows = useComputed(() => (changes.value === null ? null : largest(changes.value, LISTED)));
  const mean = useComputed(() => {
    const known = [...(changes.value ?? [])].filter((change) => !Number.isNaN(change));
    return known.length === 0 ? null : known.reduce((sum, change) => sum + change, 0) / known.length;
  });
  return (
    <section class="changes" aria-label="Samples whose neighbours differ most from A to B">
      <h2>Neighbours changed, A → B</h2>
      <p
        class="faint numeric"
        title="Of samples that are on both maps. A map's neighbours are not always the layer's."
      >
        Share of a sample's {NEIGHBOURS} nearest on map A that are others on map B
        {mean.value === null ? "" : `; ${percent(mean.value)} on average`}.
      </p>
      {rows.value === null ? (
        <p class="muted" role="status">
          Comparing neighbours…
        </p>
      ) : (
        <>
          <ol {...pointed}>
            {rows.value.map((row) => (
              <ChangedSample key={row} row={row} change={changes.value?.[row] ?? 0} />
            ))}
          </ol>
          <button
            type="button"
            class="text-button"
            onClick={() => store.explore.selectRows(rows.peek() ?? [], "replace")}
          >
            Select these {rows.value.length}
          </button>
        </>
      )}
    </section>
  );
}

/** Side of a picture in the list, in pixels. */
const PICTURE = 22;

function ChangedSample({ row, change }: { row: number; change: number }): JSX.Element {
  const { data, derived, explore } = useStore();
  const label = data.samples.value?.labels[row] ?? -1;
  return (
    <li>
      <button
        type="button"
        class="changed"
        data-row={row}
        aria-pressed={explore.selectedMask.value?.[row] === 1}
        onClick={(event) =>
          explore.selectRows(
            [row],
            event.shiftKey ? "add" : event.ctrlKey || event.metaKey ? "toggle" : "replace",
          )
        }
      >
        <Thumb row={row} size={PICTURE} />
        <span class="changed-id">{data.samples.value?.ids[row] ?? row}</span>
        {label >= 0 && (
          <span class="class-tag">
            <span class="class-dot" style={{ "--class": derived.colours.value[label] ?? "currentColor" }} />
            {derived.classes.value[label] ?? `class ${label}`}
          </span>
        )}
        <span class="changed-share numeric">{percent(change)}</span>
      </button>
    </li>
  );
}
