/** Which state the tab is in when it cannot show a map, and the panel that says what to do in it. */
import type { JSX } from "preact";
import type { Store } from "../../state/store";
import { CopyButton } from "../../ui/copy_button";
import { duration, plural } from "../../ui/format";
import { StatePanel } from "../../ui/state_panel";
import { useStore } from "../store_context";
import { projectCommand } from "./project_command";

/** What stands in the way of a map; `none` when nothing does. */
export type Obstacle =
  | "none"
  | "connecting"
  | "empty"
  | "loading"
  | "error"
  | "no-drawing"
  | "no-snapshots"
  | "no-frames"
  | "loading-frame"
  | "failed-frame";

/** The lines that start a log, as a user would type them. */
export const STARTER_LINES = `import tensorboard_plugin_hidden as hidden

writer = hidden.SummaryWriter("runs/cnn")
writer.watch(model, hidden.Probe(test_set, size=2000))
writer.add_hidden(epoch)  # at the end of every epoch`;

/** Decides. What keeps everything from showing comes before what keeps one map from showing. */
export function obstacle(store: Store): Obstacle {
  const { data, derived, transient } = store;
  const status = data.status.value;
  const frames = derived.steps.value.length;
  if (transient.drawing.value === "missing") return "no-drawing";
  if (status.kind === "error" || status.kind === "connecting" || status.kind === "empty") return status.kind;
  if (data.index.value === null || derived.awaitingSamples.value) return "loading";
  if ((derived.layerIndex.value?.steps.length ?? 0) === 0 && frames === 0) return "no-snapshots";
  if (frames === 0) return "no-frames";
  if (data.buffered.value.size > 0) return "none";
  return data.failed.value.has(derived.nearestFrame.value) ? "failed-frame" : "loading-frame";
}

/** The panel of the present state; nothing when there is a map. */
export function StateOverlay(): JSX.Element | null {
  const store = useStore();
  switch (obstacle(store)) {
    case "none":
      return null;
    case "connecting":
      return <StatePanel title="Asking TensorBoard which runs there are…" busy />;
    case "empty":
      return <EmptyState logdir={store.data.runs.value?.logdir ?? ""} />;
    case "loading":
      return <StatePanel title={`Loading ${store.view.run.value || "the run"}…`} busy />;
    case "error":
      return <ErrorState />;
    case "no-drawing":
      return (
        <StatePanel title="This browser cannot draw the map" alert>
          <p>
            The map needs WebGL2. Turn on hardware acceleration in the browser's settings, or open TensorBoard
            in a current Chrome, Edge, Firefox or Safari.
          </p>
        </StatePanel>
      );
    case "no-snapshots":
      return (
        <StatePanel title="This run has not logged a snapshot yet">
          <p>
            The first one appears here after the first <code>writer.add_hidden(step)</code>, without a reload.
          </p>
        </StatePanel>
      );
    case "no-frames":
      return <FirstMapState />;
    case "loading-frame":
      return (
        <StatePanel
          title={`Loading ${store.derived.epochLabel.value} of ${plural(store.derived.steps.value.length, store.derived.unit.value)}…`}
          busy
        />
      );
    case "failed-frame":
      return (
        <StatePanel title={`The map of ${store.derived.epochLabel.value} could not be loaded`} alert>
          <p>{store.data.failed.value.get(store.derived.nearestFrame.value)}</p>
          <RetryButton />
        </StatePanel>
      );
  }
}

function EmptyState({ logdir }: { logdir: string }): JSX.Element {
  return (
    <StatePanel title="No hidden representations here yet">
      <p>Add these lines to a training script, and watch the network's hidden layers while it trains.</p>
      <div class="code-block">
        <CopyButton text={STARTER_LINES} />
        <pre>
          <code>{STARTER_LINES}</code>
        </pre>
      </div>
      {logdir !== "" && (
        <p class="muted">
          TensorBoard looks in <code>{logdir}</code>. Runs that are written below it appear here without a
          reload.
        </p>
      )}
    </StatePanel>
  );
}

function ErrorState(): JSX.Element {
  const status = useStore().data.status.value;
  const { message, url } = status.kind === "error" ? status : { message: "", url: "" };
  return (
    <StatePanel title="TensorBoard did not answer as it should" alert>
      <p>{message}</p>
      {url !== "" && (
        <p class="muted">
          Asked for <code>{url}</code>
        </p>
      )}
      <RetryButton />
    </StatePanel>
  );
}

/** Snapshots wait for the projector: how many there are, and what to do when none comes. */
function FirstMapState(): JSX.Element {
  const store = useStore();
  const layer = store.derived.layerIndex.value;
  const snapshots = plural(layer?.steps.length ?? 0, "snapshot");
  const closed = store.data.index.value?.closed === true;
  if (closed || store.derived.stale.value) {
    const what = closed
      ? "The run ended before its maps were made."
      : `Nothing has come for ${duration(Math.round(store.derived.age.value / 1000))}. Perhaps training has stopped.`;
    return (
      <StatePanel title={`${snapshots} logged, none mapped yet`}>
        <p>{what} The maps can be made from the same files at any time:</p>
        <pre class="code-block">
          <code>{projectCommand(store)}</code>
        </pre>
      </StatePanel>
    );
  }
  return (
    <StatePanel title={`${snapshots} logged`} busy>
      <p>The projector is making the first map of {layer?.name}. It appears here without a reload.</p>
    </StatePanel>
  );
}

/** Asks again. */
export function RetryButton(): JSX.Element {
  const store = useStore();
  return (
    <button type="button" class="main-button" onClick={() => store.retry()}>
      Try again
    </button>
  );
}
