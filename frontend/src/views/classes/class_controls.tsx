/** The tab's own controls: the rule for anomalies, the order of the classes, and how high they are drawn. */
import type { JSX } from "preact";
import { type ClassOrder, classesView, ROW_HEIGHTS } from "../../state/classes";
import { IconButton } from "../../ui/button";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import { AnomalyControls } from "./anomaly_controls";

const ORDERS: readonly (readonly [ClassOrder, string])[] = [
  ["like", "like ones together"],
  ["error", "largest error first"],
  ["anomalies", "most anomalies first"],
  ["name", "by name"],
];

/** The next larger (1) or smaller (-1) of some heights. */
export function nextHeight(heights: readonly number[], now: number, way: 1 | -1): number {
  const at = heights.findIndex((height) => height >= now);
  return heights[Math.min(Math.max(at + way, 0), heights.length - 1)] ?? now;
}

export function ClassControls(): JSX.Element {
  const view = classesView(useStore());
  const { otherRun } = useTraining();
  const height = view.rowHeight.value;
  return (
    <>
      <AnomalyControls />
      <label>
        classes
        <select
          class="field"
          value={view.sort.value}
          onChange={(event) => {
            view.sort.value = event.currentTarget.value as ClassOrder;
          }}
        >
          {ORDERS.map(([order, says]) => (
            <option key={order} value={order}>
              {says}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        class="pill"
        aria-pressed={view.onlyAnomalous.value}
        onClick={() => {
          view.onlyAnomalous.value = !view.onlyAnomalous.peek();
        }}
      >
        only with anomalies
      </button>
      <button
        type="button"
        class="pill"
        aria-pressed={view.clustered.value}
        title="Groups of classes whose errors go together"
        onClick={() => {
          view.clustered.value = !view.clustered.peek();
          view.cluster.value = null;
        }}
      >
        groups
      </button>
      <span>
        <IconButton
          icon="minus"
          label="Lower rows"
          onClick={() => {
            view.rowHeight.value = nextHeight(ROW_HEIGHTS, height, -1);
          }}
        />
        <IconButton
          icon="plus"
          label="Higher rows"
          onClick={() => {
            view.rowHeight.value = nextHeight(ROW_HEIGHTS, height, 1);
          }}
        />
      </span>
      {otherRun.value !== "" && (
        <select
          class="field"
          aria-label="How the other run is drawn"
          value={view.compareAs.value}
          onChange={(event) => {
            view.compareAs.value = event.currentTarget.value as "stacked" | "difference";
          }}
        >
          <option value="stacked">stacked</option>
          <option value="difference">difference</option>
        </select>
      )}
    </>
  );
}
