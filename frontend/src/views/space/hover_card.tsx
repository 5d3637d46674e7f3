/** The sample under the pointer: its picture, what it is, what the model says, and whether its place can be believed. */
import type { JSX } from "preact";
import { percent } from "../../ui/format";
import { Elsewhere } from "../compare/elsewhere";
import { useStore } from "../store_context";
import { hoverFacts, tileStyle } from "./hover_facts";

/** Distance from the pointer, in pixels. */
const GAP = 14;
/** Room the card is given before it goes to the other side of the pointer, in pixels. */
const ROOM = { width: 320, height: 180 } as const;

/** The card; nothing while no sample is under the pointer. */
export function HoverCard(): JSX.Element | null {
  const store = useStore();
  const { data, derived, transient } = store;
  const hover = transient.hover.value;
  const frame = hover === null ? undefined : store.frameAt(derived.nearestFrame.value);
  if (hover === null || frame === undefined) return null;
  const probe = data.index.value?.probe ?? null;
  const k = derived.faithfulnessNow.value.k ?? null;
  const facts = hoverFacts(hover.index, frame, data.samples.value, k, derived.lyingBelow.value);
  const url = data.thumbnailsUrl.value;
  const judged = facts.label !== null && facts.prediction !== null;
  const wrong = judged && facts.label !== facts.prediction;
  const left = hover.clientX + GAP + ROOM.width > window.innerWidth;
  const above = hover.clientY + GAP + ROOM.height > window.innerHeight;
  const style = {
    transform:
      `translate(${hover.clientX + (left ? -GAP : GAP)}px, ${hover.clientY + (above ? -GAP : GAP)}px) ` +
      `translate(${left ? "-100%" : "0"}, ${above ? "-100%" : "0"})`,
  };
  return (
    <div class="hover-card" role="tooltip" style={style}>
      {url !== null && probe !== null && probe.thumbnails !== null && (
        <div class="tile" style={tileStyle(hover.index, probe.count, probe.thumbnails, url)} />
      )}
      <div class="hover-facts">
        <p class="hover-id">
          <span class="faint">sample</span> <b>{facts.id}</b>
          {facts.heldOut && (
            <span class="tag" title="Not used to make the map">
              held out
            </span>
          )}
        </p>
        <p class="hover-classes">
          <ClassName index={facts.label} />
          {facts.prediction !== null && facts.prediction !== facts.label && (
            <>
              <span class="arrow" role="img" aria-label="predicted as">
                →
              </span>
              <ClassName index={facts.prediction} wrong={wrong} />
            </>
          )}
        </p>
        {facts.confidence !== null && (
          <p class="muted numeric">
            {judged && !wrong && "predicted right, "}
            {percent(facts.confidence)} confident
            {wrong && <b class="wrong"> and wrong</b>}
          </p>
        )}
        {facts.kept !== null && (
          <p class={facts.lied ? "numeric wrong" : "muted numeric"}>
            {facts.lied
              ? `its true neighbours are elsewhere: ${facts.kept.count} of ${facts.kept.of} kept`
              : `map keeps ${facts.kept.count} of ${facts.kept.of} of its neighbours`}
          </p>
        )}
        <Elsewhere row={hover.index} />
        {facts.text !== null && <p class="hover-text">{facts.text}</p>}
      </div>
    </div>
  );
}

/** A class by its dot and its name; a ring instead of a dot for a wrong prediction, as on the map. */
function ClassName({ index, wrong = false }: { index: number | null; wrong?: boolean }): JSX.Element {
  const { classes, colours } = useStore().derived;
  if (index === null) return <span class="faint">no label</span>;
  return (
    <span class="class-tag">
      <span
        class="class-dot"
        data-ring={wrong}
        style={{ "--class": colours.value[index] ?? "currentColor" }}
      />
      {classes.value[index] ?? `class ${index}`}
    </span>
  );
}
