/** Why this file: that there is no alert is said with what was measured; that nothing was measured is said with what to do. */
import type { JSX } from "preact";
import { alerts } from "../../state/alerts";
import { plural } from "../../ui/format";
import { useStore } from "../store_context";

export function Absent(): JSX.Element {
  const store = useStore();
  const index = store.data.index.value;
  if (index === null)
    return (
      <p class="alerts-note" role="status">
        asking for the run…
      </p>
    );
  if (!alerts(store).watched.value) {
    return (
      <section class="alert-panel" aria-label="Alerts">
        <h2>Nothing was measured in this run</h2>
        <p class="alerts-note">
          Its log is of a version before there were alerts, or they were turned off with{" "}
          <code>alerts=False</code>. <code>hidden check RUN</code> looks for what went wrong in the snapshots
          that it has.
        </p>
      </section>
    );
  }
  const measured = Object.entries(index.health ?? {});
  const snapshots = Math.max(...measured.map(([, { steps }]) => steps));
  const layers = measured.filter(([name]) => name !== "").length;
  return (
    <section class="alert-panel" aria-label="Alerts">
      <h2>
        No alerts in {plural(snapshots, "snapshot")} of {plural(layers, "layer")}
      </h2>
      <p class="alerts-note">
        Of the rules that were on. <code>hidden check RUN --rule NAME</code> applies another one.
      </p>
    </section>
  );
}
