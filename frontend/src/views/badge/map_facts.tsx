/** How one map was made: by which method, with which settings, at what cost, and what colours its background. */
import type { JSX } from "preact";
import type { FramesIndex, LandscapeKind, LayerIndex, Settings } from "../../data/types";
import { settingsOf } from "../../state/derived";
import { CopyButton } from "../../ui/copy_button";
import { duration, plain } from "../../ui/format";
import { useStore } from "../store_context";
import { measured } from "./measures";
import { ProbeSize } from "./probe_size";

/** Where the background's colours come from. */
export function landscapeWords(kind: LandscapeKind): string {
  switch (kind) {
    case "linear":
      return "the model's own linear head";
    case "program":
      return "the rest of the model itself";
    case "surrogate":
      return "a stand-in fitted to the model's outputs";
    default:
      return "none for this map";
  }
}

/** Why the background is not the model's own; "" where it is, or where nobody knows. */
function whyNotOwn(kind: LandscapeKind, layer: LayerIndex | null): string {
  if (kind === null) return layer?.no_logits ?? "";
  return kind === "surrogate" ? (layer?.no_head ?? "") : "";
}

/** The setting that names the runs which share one map. */
const JOINT = "joint";

/** "iterations", but not "radius" or "loss". */
const PLURAL = /[^us]s$/;

/** The method and its settings: "hidden · 60 warm iterations · anchor 3". Counts read as counts, the rest as name and value. */
export function methodWords(method: string, settings: Settings): string {
  const parts = Object.entries(settings)
    .filter(([name]) => name !== JOINT)
    .map(([name, value]) => {
      const words = name.replaceAll("_", " ");
      if (typeof value !== "number") return `${words} ${String(value)}`;
      return PLURAL.test(words) && Number.isInteger(value)
        ? `${plain(value)} ${words}`
        : `${words} ${plain(value)}`;
    });
  return [method, ...parts].join(" · ");
}

interface Props {
  readonly frames: FramesIndex;
  readonly frame: number;
}

/** The method, its settings and what the map cost, in one line for the head of the panel. */
export function MapMethod({ frames, frame }: Props): JSX.Element {
  const made = methodWords(useStore().view.method.value, settingsOf(frames, frame));
  const cpu = frames.cpu_seconds[frame] ?? null;
  return (
    <div class="panel-method numeric">
      <p>
        {made}
        {cpu !== null && cpu > 0 && <span class="faint"> · {duration(cpu)} of processor time</span>}
      </p>
      <CopyButton text={made} />
    </div>
  );
}

/** What else there is to know, for the foot of the panel. */
export function MapFacts({ frames, frame }: Props): JSX.Element {
  const joint = settingsOf(frames, frame)[JOINT];
  const k = measured(frames.faithfulness, "k", frame);
  const { data, derived } = useStore();
  const probe = data.index.value?.probe ?? null;
  const background = frames.landscape[frame] ?? null;
  const why = whyNotOwn(background, derived.layerIndex.value);
  return (
    <dl class="panel-facts">
      {typeof joint === "string" && joint !== "" && (
        <>
          <dt>Shared</dt>
          <dd>map shared with {joint}: places can be compared between these runs</dd>
        </>
      )}
      <dt>Background</dt>
      <dd>
        {landscapeWords(background)}
        {why !== "" && <span class="faint"> · {why}</span>}
      </dd>
      {k !== null && (
        <>
          <dt>Neighbours</dt>
          <dd class="numeric">the {plain(k)} nearest, the sample itself not counted</dd>
        </>
      )}
      {probe?.density != null && (
        <>
          <dt>Samples</dt>
          <dd class="numeric">
            <ProbeSize count={probe.count} density={probe.density} />
          </dd>
        </>
      )}
    </dl>
  );
}
