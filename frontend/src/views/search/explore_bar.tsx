/** The row above the map: what one looks for on the left, what one has picked out on the right. */
import type { JSX } from "preact";
import { RankButton } from "../ranking/rank_button";
import { SelectionBar } from "../selection/selection_bar";
import { SelectionNotes } from "../selection/selection_notes";
import { useStore } from "../store_context";
import { Advice } from "./advice";
import { Chips } from "./chips";
import { FoundLine } from "./found";
import { SearchField } from "./search_field";
import { useProblem } from "./use_problem";

/** The row, and a second one below it when there is something to say. */
export function ExploreBar(): JSX.Element | null {
  const problem = useProblem();
  const { explore } = useStore();
  if (explore.schema.value === null) return <div class="explore" />;
  return (
    <section class="explore" aria-label="Find and select samples">
      <div class="explore-row">
        <SearchField problem={problem} />
        <RankButton />
        <FoundLine />
        <SelectionBar />
      </div>
      <div class="explore-more">
        <Chips />
        <Advice problem={problem} />
        <SelectionNotes />
      </div>
    </section>
  );
}
