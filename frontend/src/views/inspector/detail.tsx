/** Everything about the sample in focus, part by part; a part that cannot be had says why, or is not there. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { percent } from "../../ui/format";
import { useStore } from "../store_context";
import { EpochStrip } from "./epoch_strip";
import { LikelyClasses } from "./likely_classes";
import { Metadata } from "./metadata";
import { Neighbours } from "./neighbours";
import { PictureDialog } from "./picture_dialog";
import { className, sampleFacts } from "./sample_facts";
import { ClassMark, Thumb } from "./thumb";

/** Largest side of the picture beside the name, in pixels. */
const PICTURE = 64;

/** The detail; nothing while nothing is in focus. */
export function Detail(): JSX.Element | null {
  const { inspect, derived } = useStore();
  const row = inspect.focus.value;
  if (row < 0) return null;
  const details = inspect.details.value;
  const why = inspect.noDetails.value;
  const here = details !== null && details.row === row ? details : null;
  const step = derived.steps.value[derived.nearestFrame.value];
  return (
    <div class="detail">
      <Title row={row} />
      <EpochStrip row={row} />
      {here !== null && (
        // What is on its way replaces what was; until then its epoch is not the one shown.
        <div class="detail-answer" data-stale={here.step !== step}>
          <Neighbours details={here} />
          <LikelyClasses details={here} />
        </div>
      )}
      {here === null && why !== "" && <p class="absent">Neighbours and probabilities: {why}</p>}
      {here === null && why === "" && <p class="absent">Asking for neighbours and probabilities…</p>}
      <section class="part">
        <h3 class="section-title">Facts</h3>
        <Metadata row={row} />
      </section>
    </div>
  );
}

/** Its picture, id, classes and text. */
function Title({ row }: { row: number }): JSX.Element {
  const store = useStore();
  const { data, inspect } = store;
  const facts = sampleFacts(store, row);
  const samples = data.samples.value;
  const original = samples?.columns?.find(({ name }) => name === "original_label");
  const first = original?.kind === "category" ? (original.codes[row] ?? -1) : -1;
  const text = samples?.texts?.[row];
  const url = inspect.imageUrl.value?.(row) ?? null;
  const shown = useSignal(false);
  return (
    <section class="detail-title">
      {url === null ? (
        <Thumb row={row} size={PICTURE} />
      ) : (
        <button
          type="button"
          class="enlarge"
          title="Show the picture at full size"
          aria-label={`Show the picture of sample ${facts.id} at full size`}
          onClick={() => {
            shown.value = true;
          }}
        >
          <Thumb row={row} size={PICTURE} />
          <span class="enlarge-mark" aria-hidden="true">
            ⤢
          </span>
        </button>
      )}
      <div class="detail-names">
        <h3>
          sample {facts.id}
          {facts.right !== null && (
            <span class={facts.right ? "verdict right" : "verdict wrong"}>
              {facts.right ? "✓ right" : "✗ wrong"}
            </span>
          )}
        </h3>
        <dl>
          <div>
            <dt>label</dt>
            <dd>
              {facts.label === null ? <span class="faint">none</span> : <Named index={facts.label} />}
              {first >= 0 && first !== facts.label && (
                <span class="original">
                  {" "}
                  was <Named index={first} />
                </span>
              )}
            </dd>
          </div>
          <div>
            <dt>taken for</dt>
            <dd>
              {facts.prediction === null ? (
                <span class="faint">not known</span>
              ) : (
                <Named index={facts.prediction} ring={facts.right === false} />
              )}
              {facts.confidence !== null && <span class="muted numeric"> {percent(facts.confidence)}</span>}
            </dd>
          </div>
        </dl>
      </div>
      {text && <p class="detail-text">{text}</p>}
      {shown.value && url !== null && (
        <PictureDialog
          url={url}
          title={`sample ${facts.id}`}
          onClose={() => {
            shown.value = false;
          }}
        />
      )}
    </section>
  );
}

function Named({ index, ring = false }: { index: number; ring?: boolean }): JSX.Element {
  return (
    <span class="class-tag">
      <ClassMark index={index} ring={ring} />
      {className(useStore(), index)}
    </span>
  );
}
