/** The left rail: which run, which layer, which classes, and how fresh and how dear the data is. */
import type { JSX } from "preact";
import { ColourControl } from "../colour/colour_control";
import { ClassLegend } from "./class_legend";
import { LayerPicker } from "./layer_picker";
import { RailFooter } from "./rail_footer";
import { RunList } from "./run_list";

/** The whole rail. */
export function Rail(): JSX.Element {
  return (
    <aside class="rail" aria-label="Runs, layers and classes">
      <div class="rail-scroll">
        <RunList />
        <LayerPicker />
        <ColourControl />
        <ClassLegend />
      </div>
      <RailFooter />
    </aside>
  );
}
