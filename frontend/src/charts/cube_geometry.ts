/**
 * Why this file: where things lie on the three faces of the cube. Front: time by layer. Top: time by class. Right: class by
 * layer. An oblique projection: the front is seen as it is, depth runs up and to the right, so that a class's strip on top
 * ends where its column on the right begins. Pure.
 */

/** Pixels that depth rises for each that it goes to the right, as published: tan 26°. */
const PUBLISHED_RISE = 0.488;
/** A little steeper, so that strips on top have room for a name each. */
export const RISE = 1.25 * PUBLISHED_RISE;

/** Items along an axis, one behind the other, in pixels. */
export interface Axis {
  /** Where each begins, and where the last one ends: n + 1. */
  readonly edges: readonly number[];
  readonly length: number;
}

export function axisOf(sizes: readonly number[]): Axis {
  const edges = [0];
  for (const size of sizes) edges.push((edges.at(-1) as number) + size);
  return { edges, length: edges.at(-1) as number };
}

export function sizeOf({ edges }: Axis, item: number): number {
  return (edges[item + 1] ?? 0) - (edges[item] ?? 0);
}

/** Items [first, end) that can be seen through a window of `room` pixels that begins at `from`. */
export function inWindow(
  { edges }: Axis,
  from: number,
  room: number,
): { readonly first: number; readonly end: number } {
  const count = edges.length - 1;
  let first = 0;
  while (first < count && (edges[first + 1] as number) <= from) first += 1;
  let end = first;
  while (end < count && (edges[end] as number) < from + room) end += 1;
  return { first, end };
}

/** The size at which `count` items fill a room, within bounds. */
export function fitting(count: number, room: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.floor(room / Math.max(1, count))));
}

/** Where to scroll so that an item can be seen whole; `from` where it can be already. */
export function scrolledTo({ edges, length }: Axis, item: number, from: number, room: number): number {
  const [start, end] = [edges[item] ?? 0, edges[item + 1] ?? 0];
  const wanted = start < from ? start : end > from + room ? end - room : from;
  return Math.max(0, Math.min(wanted, length - room));
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a place on the top is on the screen, from the front's upper left corner; `depth` pixels behind the front. */
export function onTop(time: number, depth: number): Point {
  return { x: time + depth, y: 0 - depth * RISE };
}

/** Likewise on the right, of a cube whose front is `width` wide. */
export function onRight(width: number, depth: number, layer: number): Point {
  return { x: width + depth, y: layer - depth * RISE };
}

/** CSS: the top, laid out as `depth * RISE` pixels high, about its lower left corner. */
export const TOP_SKEW = `skewX(${-Math.atan(1 / RISE)}rad)`;
/** CSS: the right, about its upper left corner. */
export const RIGHT_SKEW = `skewY(${-Math.atan(RISE)}rad)`;
/** How far a pixel of height on top leans to the right, for pointers. */
export const LEAN = 1 / RISE;
