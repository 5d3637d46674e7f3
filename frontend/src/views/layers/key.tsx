/** The line above the strips that says what they show and what their colours mean. */
import type { JSX } from "preact";
import { layers } from "../../state/layers";
import { mapGradient } from "../../theme/colour_maps";
import { plain } from "../../ui/format";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import { horizonColours, stackColours } from "./strip_plot";
import type { Pictures } from "./use_pictures";
import { limit, scaleWords } from "./words";

interface KeyProps {
  readonly name: string;
  readonly pictures: Pictures;
  /** Limits of a change, ascending. */
  readonly bands: readonly number[];
}

export function Key({ name, pictures, bands }: KeyProps): JSX.Element {
  const store = useStore();
  const state = useTraining();
  const chosen = layers(store);
  const dark = store.transient.dark.value;
  const { measure, common } = pictures;
  const other = state.otherRun.value;
  const asOne = other !== "" && chosen.difference.value;
  const parts = [scaleWords(measure, chosen.statistic.value)];
  if (measure.drawn === "line" && !asOne) parts.push("the line is the mean, the band least to greatest");
  if (measure.drawn === "box")
    parts.push("box: quartiles, bar: median, dot (in higher rows): mean, line: least to greatest");
  if (common !== null) parts.push(`all rows: ${plain(common.from)} to ${plain(common.to)}`);
  else if (measure.drawn !== "stack") parts.push("each row has its own scale");
  if (asOne) {
    const unit = chosen.measure.value.log ? ", in orders of magnitude, empty where either is 0" : "";
    parts.push(`${state.log.value?.index.run} less ${other}${unit}`);
  } else if (other !== "") parts.push(`above ${state.log.value?.index.run}, below ${other}`);
  const { positive, negative } = horizonColours(
    measure.kind === "signed" ? "signed" : "linear",
    chosen.bands.value,
    dark,
  );
  return (
    <div class="layers-key">
      <b>{name}</b>
      {measure.drawn === "stack" && (
        <span>
          share of filters whose change is at least
          {bands.map((band, i) => (
            <Swatch key={band} colour={stackColours(bands.length, dark)[i] as string} text={limit(band)} />
          ))}
        </span>
      )}
      {measure.drawn === "horizon" && (
        <span>
          {measure.kind === "signed" && (
            <>
              below 0
              {[...negative].reverse().map((colour) => (
                <Swatch key={colour} colour={colour} text="" />
              ))}
              above
            </>
          )}
          {measure.kind !== "signed" && "little"}
          {positive.map((colour) => (
            <Swatch key={colour} colour={colour} text="" />
          ))}
          {measure.kind !== "signed" && "much"}
        </span>
      )}
      {parts.filter((part) => part !== "").join(" · ")}
      {chosen.flipped.value.size > 0 && (
        <span>
          filters: little change
          <i class="layers-ramp" style={{ background: mapGradient("sequential", dark) }} />
          much
        </span>
      )}
    </div>
  );
}

function Swatch({ colour, text }: { colour: string; text: string }): JSX.Element {
  return (
    <span class="layers-swatch">
      <i style={{ background: colour }} />
      {text}
    </span>
  );
}
