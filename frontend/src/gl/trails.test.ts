import { describe, expect, it } from "vitest";
import { makeFrame } from "../data/codec.fixture";
import { NOWHERE } from "./trail_shaders";
import { gatherPlaces, MOST_TRAILS, trailRows } from "./trails";

describe("trailRows", () => {
  it("are the marked ones", () => {
    expect([...trailRows(Uint8Array.of(0, 1, 1, 2, 3, 1))]).toEqual([1, 2, 5]);
    expect(trailRows(new Uint8Array(5))).toHaveLength(0);
  });
  it("of a crowd are spread evenly over it", () => {
    const rows = trailRows(new Uint8Array(3 * MOST_TRAILS).fill(1));
    expect(rows).toHaveLength(MOST_TRAILS);
    expect(rows.every((row, i) => row === 3 * i)).toBe(true);
  });
});

it("gathers places in layout units, and says where there are none", () => {
  const frame = makeFrame(
    [
      [0, 1, 0],
      [0.5, 0.5, 0, 2],
      [1, 0.5, 0],
    ],
    { bounds: [-2, 10, 2, 20] },
  );
  const places = gatherPlaces(frame, Uint32Array.of(2, 1, 0, 7));
  const expected = [2, 15, NOWHERE, NOWHERE, -2, 20, NOWHERE, NOWHERE].map(Math.fround);
  for (const [i, value] of expected.entries()) expect(places[i]).toBeCloseTo(value, 3);
});
