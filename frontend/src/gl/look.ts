/** Why this file: how large and how solid samples are drawn, from how many there are and how far one has zoomed in. */

/** Disc radius limits at the fitted zoom, CSS pixels: below, a disc is a speck; above, clusters hide themselves. */
const RADIUS = { min: 1.1, max: 3.2 } as const;
/** Radius per root of the canvas area that one sample has; 2,000 samples on 770 x 600 pixels get 3 pixels. */
const RADIUS_PER_ROOM = 0.2;
/** Discs grow slower than the map when zooming in, so that crowded places open up. */
const ZOOM_POWER = 0.35;
const ZOOM_GROWTH = { min: 0.7, max: 3.5 } as const;

/** Disc radius in CSS pixels. `zoom` is relative to the fitted one. */
export function discRadius(count: number, width: number, height: number, zoom: number): number {
  const room = Math.sqrt((width * height) / Math.max(1, count));
  const base = Math.min(Math.max(RADIUS_PER_ROOM * room, RADIUS.min), RADIUS.max);
  return base * Math.min(Math.max(zoom ** ZOOM_POWER, ZOOM_GROWTH.min), ZOOM_GROWTH.max);
}

/** Width of one ring in CSS pixels, for a disc radius. */
export function ringWidth(radius: number): number {
  return Math.min(0.3 * radius, 1.4);
}

/** Samples up to which discs are solid, and what a tenfold more of them takes off. */
const SOLID_COUNT = 3_000;
const ALPHA_PER_DECADE = 0.25;
const MIN_ALPHA = 0.5;

/** 0 .. 1: discs of a crowd are translucent, so that density shows. */
export function discAlpha(count: number): number {
  const decades = Math.log10(Math.max(1, count / SOLID_COUNT));
  return Math.max(MIN_ALPHA, 1 - ALPHA_PER_DECADE * decades);
}

/** Selected samples up to which each has its full ring; a crowd of them stands out by the others being dimmed. */
const RINGED_COUNT = 120;
/** Width of the ring where very many are selected, relative to the full one. */
const LEAST_SELECT_RING = 0.25;

/** Width of one ring around a selected sample in CSS pixels, for a disc radius and how many are selected. */
export function selectRingWidth(radius: number, selected: number): number {
  const crowd = Math.sqrt(RINGED_COUNT / Math.max(RINGED_COUNT, selected));
  return Math.min(Math.max(0.34 * radius, 0.7), 1.2) * Math.max(crowd, LEAST_SELECT_RING);
}
