/** What is fetched when the paths of the class centres are first drawn on the map. */
export { DriftOverlay } from "./drift_overlay";
