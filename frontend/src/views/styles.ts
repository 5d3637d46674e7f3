/** Every style sheet as one text: adopted by the document, so that nothing has to be fetched before the first paint. */
import base from "../theme/base.css?inline";
import controls from "../theme/controls.css?inline";
import tokens from "../theme/tokens.css?inline";
import alerts from "./alerts/alerts.css?inline";
import layout from "./app.css?inline";
import badge from "./badge/badge.css?inline";
import colour from "./colour/colour.css?inline";
import compare from "./compare/compare.css?inline";
import ticks from "./events/ticks.css?inline";
import inspector from "./inspector/place.css?inline";
import rail from "./rail/rail.css?inline";
import search from "./search/search.css?inline";
import selection from "./selection/selection.css?inline";
import share from "./share/share.css?inline";
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
  colour,
  inspector,
  search,
  selection,
  space,
  badge,
  compare,
  share,
  timeline,
  curve,
  ticks,
  alerts,
  states,
];
