/** Why this file: which samples' neighbourhoods differ most between two maps, worked out a slice at a time so that the page stays at hand. */
import { PlaneGrid } from "../analysis/plane_grid";
import { FLAG_NOT_PLACED, type FrameData } from "../data/types";

/** Neighbours that are compared; as many as the map's own faithfulness is measured with. */
export const NEIGHBOURS = 15;

/**
 * How much each sample's neighbourhood differs between two maps of the same rows: 1 less the share of its 15 nearest
 * samples on one map that are among its 15 nearest on the other. NaN where a sample is not on both maps; samples that are
 * on one map only do not count as neighbours on it.
 *
 * @param slice samples between two halts
 * @returns halts now and again; what it returns in the end are the numbers, one a sample
 */
export function* neighbourhoodChanges(
  a: FrameData,
  b: FrameData,
  slice = 200,
): Generator<void, Float32Array> {
  const count = Math.min(a.count, b.count);
  const flags = Uint8Array.from({ length: count }, (_, i) =>
    (((a.flags[i] as number) | (b.flags[i] as number)) & FLAG_NOT_PLACED) === 0 ? 0 : FLAG_NOT_PLACED,
  );
  const [here, there] = [new PlaneGrid({ ...a, count, flags }), new PlaneGrid({ ...b, count, flags })];
  const changes = new Float32Array(count).fill(Number.NaN);
  for (let i = 0; i < count; i++) {
    const before = here.nearest(i, NEIGHBOURS);
    const after = new Set(there.nearest(i, NEIGHBOURS));
    if (before.length > 0) changes[i] = 1 - before.filter((row) => after.has(row)).length / before.length;
    if (i % slice === slice - 1) yield;
  }
  return changes;
}

/** Rows of the largest numbers, the largest first, the first row of equal ones first; NaN is left out. */
export function largest(values: Float32Array, most: number): number[] {
  return [...values.keys()]
    .filter((i) => !Number.isNaN(values[i]))
    .sort((p, q) => (values[q] as number) - (values[p] as number) || p - q)
    .slice(0, most);
}
