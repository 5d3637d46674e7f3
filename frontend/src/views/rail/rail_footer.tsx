/** Two lines at the foot of the rail: whether the data is fresh, and what logging it costs the training. */
import type { JSX } from "preact";
import type { CostInfo } from "../../data/types";
import type { Store } from "../../state/store";
import { ago, bytes, duration, percent } from "../../ui/format";
import { useStore } from "../store_context";

/** How fresh the data is, in words. */
function freshness(store: Store): string {
  const index = store.data.index.value;
  if (index === null || store.data.lastUpdate.value === 0) return "";
  if (index.closed) return `finished ${ago(Math.max(0, store.data.now.value / 1000 - index.updated))}`;
  const age = store.derived.age.value / 1000;
  return `updated ${ago(age)}${store.view.follow.value ? " · following live" : ""}`;
}

/** What logging costs, in words; empty when nothing was measured. */
export function costWords(cost: CostInfo | null, unit: string): string {
  if (cost === null) return "";
  const parts: string[] = [];
  if (cost.share !== null) parts.push(`${percent(cost.share)} of training time`);
  else if (cost.capture_ms !== null) parts.push(`${duration(cost.capture_ms / 1000)} / ${unit}`);
  if (cost.bytes_per_snapshot !== null) parts.push(`${bytes(cost.bytes_per_snapshot)} / ${unit}`);
  return parts.join(" · ");
}

/** The foot of the rail. */
export function RailFooter(): JSX.Element | null {
  const store = useStore();
  const index = store.data.index.value;
  const fresh = freshness(store);
  if (index === null || fresh === "") return null;
  const stale = store.derived.stale.value;
  const offline = store.data.offline.value !== null;
  const cost = costWords(index.cost, store.derived.unit.value === "epoch" ? "epoch" : "snapshot");
  return (
    <footer class="rail-footer">
      <p class="freshness" data-stale={stale || offline}>
        {!index.closed && <span class="pulse" data-stale={stale || offline} aria-hidden="true" />}
        {offline ? `TensorBoard does not answer · ${fresh}` : fresh}
      </p>
      {cost !== "" && (
        <p class="faint" title="What logging the hidden representations costs the training process">
          {cost}
        </p>
      )}
    </footer>
  );
}
