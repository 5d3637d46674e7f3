/** The ranking: by what, of which samples, how many of the first ones to select, and the list itself. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { ranking } from "../../state/ranking";
import { IconButton } from "../../ui/button";
import { count, plural } from "../../ui/format";
import { columnWords } from "../colour/column_words";
import { useStore } from "../store_context";
import { RankedList } from "./ranked_list";

/** The panel's contents. */
export function RankingPanel(): JSX.Element {
  const { open } = ranking(useStore());
  const entering = useRef(true);
  return (
    <>
      <header class="ranking-head">
        <h2>Samples by</h2>
        <Columns />
        <IconButton
          icon="close"
          size={16}
          label="Hide this panel (R)"
          onClick={() => {
            open.value = false;
          }}
        />
      </header>
      <Meaning />
      <Contents entering={entering} />
    </>
  );
}

/** The column it is by. */
function Columns(): JSX.Element {
  const one = ranking(useStore());
  return (
    <select
      class="field"
      aria-label="Rank by"
      value={one.by.value}
      onChange={(event) => one.rankBy(event.currentTarget.value)}
    >
      {one.choices.value.map(({ name, absent, says }) => (
        <option key={name} value={name} disabled={absent !== ""} title={absent || says}>
          {columnWords(name) ?? name}
        </option>
      ))}
      {one.info.value === null && <option value={one.by.value}>{one.by.value}: not in this run</option>}
    </select>
  );
}

/** Which end comes first. */
function Way(): JSX.Element {
  const one = ranking(useStore());
  return (
    <select
      class="bare-select"
      aria-label="Which first"
      value={one.descending.value ? "highest" : "lowest"}
      onChange={(event) => {
        one.descending.value = event.currentTarget.value === "highest";
        one.wish.value = null;
      }}
    >
      <option value="highest">highest first</option>
      <option value="lowest">lowest first</option>
    </select>
  );
}

/** What the numbers are, in a sentence, and what they cannot tell. */
function Meaning(): JSX.Element | null {
  const one = ranking(useStore());
  const info = one.info.value;
  if (info === null || info.absent !== "") return null;
  if (!one.byQuality.value) return <p class="ranking-meaning">{info.says}</p>;
  return (
    <p class="ranking-meaning">
      Label quality says how far the model leaned to the label rather than to the most probable other class,
      on average over the epochs so far; below .5 that class was ahead.{" "}
      <b>It cannot tell a wrong label from a hard sample:</b> look before you relabel.
    </p>
  );
}

/** The list, or the sentence that says why there is none. */
function Contents({ entering }: { entering: { current: boolean } }): JSX.Element {
  const store = useStore();
  const one = ranking(store);
  const { explore, derived } = store;
  const info = one.info.value;
  const ranked = one.ranked.value;
  const coverage = one.coverage.value;
  const waits = coverage !== null && coverage.loaded < coverage.of;
  const waiting = waits
    ? `waiting for ${coverage.of - coverage.loaded} of ${plural(coverage.of, derived.unit.value)}`
    : "";
  const why = () => {
    if (store.data.samples.value === null) return "The samples are on their way.";
    if (derived.steps.value.length === 0)
      return "There is no map yet, and so no epoch to rank the samples at.";
    if (info === null) return `This run has no numbers called ${one.by.value}: choose others.`;
    if (info.absent !== "") return info.absent;
    if (ranked === null) return waiting === "" ? "The numbers are on their way." : `${upper(waiting)}.`;
    if (ranked.of === 0) return "The query finds no sample at this epoch: change or clear it.";
    if (ranked.rows.length === 0) return "None of these samples has such a number at this epoch.";
    return "";
  };
  const reason = why();
  if (reason !== "" || ranked === null) {
    return (
      <p class="ranking-why" role="status">
        {reason}
      </p>
    );
  }
  const lack = ranked.of - ranked.rows.length;
  return (
    <>
      <div class="ranking-scope">
        <p class="numeric" role="status" aria-live={store.view.playing.value ? "off" : "polite"}>
          {one.scope.value === "found" ? (
            <>
              {count(ranked.of)} found by <code>{explore.text.value.trim()}</code>
            </>
          ) : (
            plural(ranked.of, "sample")
          )}
          {one.scope.value === "unread" && " (the query cannot be understood: all of them)"}
          {lack > 0 && `, ${count(lack)} of them without a number`}
          {waits && <b>: {waiting}, the order may change</b>}
        </p>
        <Way />
      </div>
      <First />
      <RankedList ranked={ranked} first={one.first.value} entering={entering} />
    </>
  );
}

/** "Select the first N", and why N is what it is. */
function First(): JSX.Element {
  const one = ranking(useStore());
  const most = one.ranked.value?.rows.length ?? 0;
  const below = one.byQuality.value ? `${count(one.suspicious.value)} are below .5` : "";
  return (
    <form
      class="ranking-first"
      onSubmit={(event) => {
        event.preventDefault();
        one.selectFirst();
      }}
    >
      <button type="submit" class="main-button" disabled={one.first.value === 0}>
        Select the first
      </button>
      <input
        type="number"
        class="field numeric"
        aria-label="How many of the first"
        min={1}
        max={most}
        step={1}
        value={one.first.value}
        onInput={(event) => {
          const typed = Math.floor(event.currentTarget.valueAsNumber);
          if (typed >= 0) one.wish.value = typed;
        }}
      />
      <span class="faint numeric">{below}</span>
    </form>
  );
}

function upper(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
