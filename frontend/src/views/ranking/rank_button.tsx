/** Why this file: the button that ranks the samples, beside the field that finds them. */
import type { JSX } from "preact";
import { ranking } from "../../state/ranking";
import { useStore } from "../store_context";

/** The focus comes back here when the panel is closed. */
export const RANK_ID = "rank";

export function RankButton(): JSX.Element {
  const { open } = ranking(useStore());
  return (
    <button
      type="button"
      id={RANK_ID}
      class="pill rank-button"
      aria-expanded={open.value}
      aria-pressed={open.value}
      title="Rank the samples: those first whose labels the run speaks against, or by any number (R)"
      onClick={() => {
        open.value = !open.peek();
      }}
    >
      <span aria-hidden="true">↓</span> rank
    </button>
  );
}
