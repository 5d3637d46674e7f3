/** Every style sheet as one text: adopted by the document, so that nothing has to be fetched before the first paint. */
import base from "../theme/base.css?inline";
import controls from "../theme/controls.css?inline";
import tokens from "../theme/tokens.css?inline";
import layout from "./app.css?inline";
import badge from "./badge/badge.css?inline";
import rail from "./rail/rail.css?inline";
import search from "./search/search.css?inline";
import selection from "./selection/selection.css?inline";
import space from "./space/space.css?inline";
import states from "./states/states.css?inline";
import curve from "./timeline/curve.css?inline";
import timeline from "./timeline/timeline.css?inline";

export const STYLES: readonly string[] = [
  tokens,
  base,
  controls,
  layout,
  rail,
  search,
  selection,
  space,
  badge,
  timeline,
  curve,
  states,
];
