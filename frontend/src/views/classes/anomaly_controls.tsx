/** The rule for anomalies: how long something was stable, and how many samples it takes. Also for the tab Cube. */
import type { JSX } from "preact";
import type { Side } from "../../analysis/anomalies";
import { classesView } from "../../state/classes";
import { useStore } from "../store_context";

const SIDES: readonly (readonly [Side, string])[] = [
  ["both", "before or after"],
  ["left", "before (left rule)"],
  ["right", "after (right rule)"],
];

/** k, θ, the side, and the change that is immediate. */
export function AnomalyControls(): JSX.Element {
  const view = classesView(useStore());
  const { unit, value } = view.theta.value;
  const log = view.log.value.value;
  const immediate = view.immediate.value;
  const longest = Math.max(1, (log?.snapshots ?? 2) - 1);
  const largest = log === null ? 1 : log.answers.size.reduce((most, size) => Math.max(most, size), 1);
  const shown = unit === "share" ? Math.round(100 * value) : value;
  return (
    <>
      <label title="k: a flip counts when the sample did not change for so many snapshots before it, or does not after it">
        stable for
        <input
          type="range"
          aria-label="Snapshots without a change, k"
          min={1}
          max={longest}
          disabled={immediate}
          value={view.k.value}
          onInput={(event) => {
            view.kWish.value = event.currentTarget.valueAsNumber;
          }}
        />
        <output class="numeric rule-value">{log === null ? "" : view.k.value}</output>
      </label>
      <select
        class="field"
        aria-label="Stable before the flip, or after it"
        value={view.side.value}
        onChange={(event) => {
          view.side.value = event.currentTarget.value as Side;
        }}
      >
        {SIDES.map(([side, says]) => (
          <option key={side} value={side}>
            {says}
          </option>
        ))}
      </select>
      <label title="θ: so many samples of a class that flip at one snapshot are an anomaly">
        at least
        <input
          type="range"
          aria-label="Samples that make an anomaly, θ"
          min={1}
          max={unit === "share" ? 100 : largest}
          disabled={immediate}
          value={shown}
          onInput={(event) => {
            const wished = event.currentTarget.valueAsNumber;
            view.thetaWish.value = { unit, value: unit === "share" ? wished / 100 : wished };
          }}
        />
        <output class="numeric rule-value">{shown}</output>
      </label>
      <select
        class="field"
        aria-label="Unit of the threshold"
        value={unit}
        disabled={immediate}
        onChange={(event) => {
          const samples = event.currentTarget.value === "samples";
          const usual = Math.max(1, view.threshold.peek());
          view.thetaWish.value = samples ? { unit: "samples", value: usual } : { unit: "share", value: 0.1 };
        }}
      >
        <option value="share">% of a class</option>
        <option value="samples">samples</option>
      </select>
      <button
        type="button"
        class="pill"
        aria-pressed={immediate}
        title="Most of a class flips at one snapshot, whether or not it was stable: k = 1, 60 %"
        onClick={() => {
          view.immediate.value = !immediate;
        }}
      >
        immediate change
      </button>
    </>
  );
}
