/** What a reader must know about the map in view: that it is flawed, incomplete, or out of date. */
import type { JSX } from "preact";
import { duration, plural } from "../../ui/format";
import { projectCommand } from "../states/project_command";
import { RetryButton } from "../states/states";
import { useStore } from "../store_context";

/** The notices, upper right on the map; nothing when all is well. */
export function Notices(): JSX.Element | null {
  const store = useStore();
  const { data, derived } = store;
  const offline = data.offline.value;
  const refused = data.index.value?.refused ?? "";
  const reason = derived.reasonNow.value;
  const failed = data.failed.value.get(derived.nearestFrame.value);
  const pending = derived.pendingSteps.value.length;
  const mapped = derived.steps.value.length;
  const command = projectCommand(store);
  const noun = derived.unit.value === "epoch" ? "epoch" : "snapshot";
  return (
    <div class="notices" aria-live="polite">
      {offline !== null && (
        <div class="notice" data-tone="bad">
          <p>
            {offline.message} <span class="faint">({offline.url})</span>
          </p>
          <RetryButton />
        </div>
      )}
      {refused !== "" && (
        <p class="notice" data-tone="warn">
          {refused}
        </p>
      )}
      {reason !== "" && (
        <p class="notice" data-tone="warn">
          {reason}
        </p>
      )}
      {failed !== undefined && (
        <div class="notice" data-tone="bad">
          <p>
            {derived.epochLabel.value}: {failed}
          </p>
          <RetryButton />
        </div>
      )}
      {derived.stale.value && (
        <p class="notice" data-tone="warn">
          no update for {duration(Math.round(derived.age.value / 1000))} — is training still running?
        </p>
      )}
      {pending > 0 && (
        <p class="notice numeric">
          {data.index.value?.closed === true || derived.stale.value ? (
            <>
              {mapped} of {plural(mapped + pending, "map")} drawn
              {command !== null && (
                <>
                  ; <code>{command}</code> draws the rest
                </>
              )}
            </>
          ) : (
            `${mapped} of ${plural(mapped + pending, noun)} mapped so far`
          )}
        </p>
      )}
      {store.transient.drawing.value === "lost" && (
        <p class="notice" data-tone="warn">
          The graphics driver took the map away; it is being drawn again.
        </p>
      )}
    </div>
  );
}
