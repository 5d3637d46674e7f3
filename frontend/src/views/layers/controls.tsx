/** The tab's own controls: what is drawn of each layer, how, and how far the tree is open. */
import type { JSX } from "preact";
import type { Depth } from "../../state/layer_tree";
import {
  DRAWINGS,
  type Drawn,
  hasLog,
  layers,
  MOST_BANDS,
  type Normalise,
  type What,
} from "../../state/layers";
import { IconButton } from "../../ui/button";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import { DRAWN, limit, NORMALISE, WHAT } from "./words";

const DEPTHS: readonly Depth[] = ["stages", "blocks", "layers"];

export function Controls(): JSX.Element {
  const store = useStore();
  const state = useTraining();
  const chosen = layers(store);
  const parameters = state.log.value?.index.parameters;
  const [what, drawn, statistic] = [chosen.what.value, chosen.drawn.value, chosen.statistic.value];
  const ofValues = (what === "gradients" || what === "weights") && drawn !== "box";
  return (
    <>
      <Choice
        label="show"
        title="What is shown"
        value={what}
        names={WHAT}
        onChange={(value) => {
          chosen.what.value = value as What;
        }}
      />
      {ofValues && (
        <Choice
          title="Statistic"
          value={statistic}
          names={Object.fromEntries((parameters?.statistics ?? []).map((name) => [name, name]))}
          onChange={(value) => chosen.setStatistic(value)}
        />
      )}
      {what === "change" && drawn !== "stack" && (
        <Choice
          title="Least change"
          value={String(chosen.band.value)}
          names={Object.fromEntries(
            (parameters?.bands ?? []).map((band, i) => [i, `by ${limit(band)} or more`]),
          )}
          onChange={(value) => {
            chosen.band.value = Number(value);
          }}
        />
      )}
      <Choice
        label="as"
        title="How it is drawn"
        value={drawn}
        names={Object.fromEntries(DRAWINGS[what].map((name) => [name, DRAWN[name]]))}
        onChange={(value) => chosen.setDrawn(value as Drawn)}
      />
      {drawn === "horizon" && (
        <Choice
          title="Bands of the horizon"
          value={String(chosen.bands.value)}
          names={Object.fromEntries(
            Array.from({ length: MOST_BANDS }, (_, i) => [i + 1, i === 0 ? "1 band" : `${i + 1} bands`]),
          )}
          onChange={(value) => {
            chosen.bands.value = Number(value);
          }}
        />
      )}
      <span class="layers-buttons">
        {hasLog(what, drawn, statistic) && (
          <Switch label="log" title="A logarithmic scale" state={chosen.log} />
        )}
        {drawn !== "stack" && (
          <Switch
            label="same scale"
            title="All rows on one scale, or each on its own"
            state={chosen.sameScale}
          />
        )}
      </span>
      {chosen.flipped.value.size > 0 && (
        <Choice
          label="filters: most"
          title="What the strongest colour of a picture of filters stands for"
          value={chosen.normalise.value}
          names={NORMALISE}
          onChange={(value) => {
            chosen.normalise.value = value as Normalise;
          }}
        />
      )}
      <span class="layers-buttons">
        <IconButton icon="minus" label="Lower rows" onClick={() => chosen.taller(-1)} />
        rows
        <IconButton icon="plus" label="Higher rows" onClick={() => chosen.taller(1)} />
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would stand on a line of its own. */}
      <span class="layers-buttons" role="group" aria-label="Open the network down to">
        {DEPTHS.map((depth) => (
          <button key={depth} type="button" class="pill" onClick={() => chosen.open(depth)}>
            {depth}
          </button>
        ))}
      </span>
      {state.otherRun.value !== "" && (
        <span class="layers-buttons">
          <Choice
            title="Two runs as"
            value={chosen.difference.value ? "difference" : "stacked"}
            names={{ stacked: "one above the other", difference: "their difference" }}
            onChange={(value) => {
              chosen.difference.value = value === "difference";
            }}
          />
          <Choice
            title="Beside each other by"
            value={chosen.bySteps.value ? "steps" : "clock"}
            names={{ clock: `by ${store.derived.unit.value}`, steps: "by training step" }}
            onChange={(value) => {
              chosen.bySteps.value = value === "steps";
            }}
          />
        </span>
      )}
    </>
  );
}

interface ChoiceProps {
  readonly label?: string;
  readonly title: string;
  readonly value: string;
  readonly names: Readonly<Record<string, string>>;
  readonly onChange: (value: string) => void;
}

function Choice({ label, title, value, names, onChange }: ChoiceProps): JSX.Element {
  return (
    <label title={title}>
      {label}
      <select
        class="field"
        aria-label={title}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {Object.entries(names).map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly title: string;
  readonly state: { value: boolean };
}

function Switch({ label, title, state }: SwitchProps): JSX.Element {
  return (
    <button
      type="button"
      class="pill"
      title={title}
      aria-pressed={state.value}
      onClick={() => {
        state.value = !state.value;
      }}
    >
      {label}
    </button>
  );
}
