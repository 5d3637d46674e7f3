/** What the tab's own controls do: the rule for anomalies, which is that of the tab Classes, the layout, and mini-sets. */
import type { JSX } from "preact";
import { classesView } from "../../state/classes";
import { cubeView, type Layout } from "../../state/cube";
import { useStore } from "../store_context";

const LAYOUTS: readonly (readonly [Layout, string])[] = [
  ["cube", "Three faces that share their edges: layers over time, classes over time, layers by classes"],
  ["flat", "The matrix alone, and the strips of the layer and the class in focus"],
];

export function Controls(): JSX.Element {
  const store = useStore();
  const cube = cubeView(store);
  const { layout, detailed } = cube;
  return (
    <>
      <fieldset class="cube-layouts" aria-label="Layout">
        {LAYOUTS.map(([name, says]) => (
          <button
            key={name}
            type="button"
            class="pill"
            title={says}
            aria-pressed={layout.value === name}
            onClick={() => cube.choose(name)}
          >
            {name}
          </button>
        ))}
      </fieldset>
      <button
        type="button"
        class="pill"
        title="Opens every layer to its mini-sets: filters that change most at the very same anomalies"
        aria-pressed={detailed.value}
        onClick={() => cube.toggleAll()}
      >
        mini-sets
      </button>
      <Rule />
    </>
  );
}

function Rule(): JSX.Element {
  const classes = classesView(useStore());
  const { k, theta, threshold, immediate } = classes;
  const share = theta.value.unit === "share";
  return (
    <>
      <label title="A sample counts when it was right, or wrong, for at least k snapshots before or after it flipped; here both count. Shared with the tab Classes.">
        k
        <input
          class="field cube-number"
          type="number"
          min={1}
          aria-label="k: snapshots without a change"
          disabled={immediate.value}
          value={k.value}
          onChange={(event) => {
            const wish = Math.round(Number(event.currentTarget.value));
            classes.kWish.value = wish >= 1 ? wish : null;
          }}
        />
      </label>
      <label
        title={`A snapshot is anomalous for a class when at least this many of its samples count. Here one number holds for all classes: ${threshold.value}, that of a class of the usual size. Shared with the tab Classes.`}
      >
        θ
        <input
          class="field cube-number"
          type="number"
          min={1}
          max={share ? 100 : undefined}
          aria-label={share ? "θ: percent of a class" : "θ: samples of a class"}
          disabled={immediate.value}
          value={share ? +(100 * theta.value.value).toFixed(1) : theta.value.value}
          onChange={(event) => {
            const wish = Number(event.currentTarget.value);
            if (!(wish > 0)) return;
            classes.thetaWish.value = share
              ? { unit: "share", value: Math.min(wish, 100) / 100 }
              : { unit: "samples", value: Math.round(wish) };
          }}
        />
        {share ? "% of a class" : "samples"}
      </label>
      {immediate.value && (
        <button
          type="button"
          class="pill"
          aria-pressed={true}
          title="Changes of most of a class at once count, however unstable it was. Press to set k and θ instead."
          onClick={() => {
            immediate.value = false;
          }}
        >
          immediate changes
        </button>
      )}
    </>
  );
}
