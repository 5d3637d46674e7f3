import { expect, it } from "vitest";
import { makeFrame } from "../data/codec.fixture";
import { FLAG_NOT_PLACED } from "../data/types";
import { countLies, liesAbout, lyingBelow, mostKept } from "./lies";

const below = lyingBelow({ neighbours: 0.5, neighbours_floor: 0.0083 }) as number;
/** Samples that keep 0, 1, 2, 3, ... of `k` neighbours. */
const ladder = (k: number) => ({
  ...makeFrame(Array.from({ length: k + 1 }, () => [0.5, 0.5, 0] as const)),
  kept: Uint8Array.from({ length: k + 1 }, (_, count) => Math.round((255 * count) / k)),
});

it("calls a place a lie when it keeps at most 2 of 15 neighbours", () => {
  const frame = ladder(15);
  expect([0, 1, 2, 3, 4].map((i) => liesAbout(frame, i, below))).toEqual([true, true, true, false, false]);
  expect(mostKept(below, 15)).toBe(2);
});

it("says for any k what it does", () => {
  for (const k of [1, 2, 5, 7, 15, 20, 30]) {
    for (const floor of [0, 0.01, 0.1, 0.25]) {
      const limit = lyingBelow({ neighbours: 0.5, neighbours_floor: floor }) as number;
      const frame = ladder(k);
      const most = Math.max(...[...frame.kept.keys()].filter((i) => liesAbout(frame, i, limit)));
      expect(mostKept(limit, k), `k ${k}, floor ${floor}`).toBe(most);
    }
  }
});

it("asks for more where chance alone keeps many", () => {
  expect(lyingBelow({ neighbours: 0.6, neighbours_floor: 0.2 })).toBeCloseTo(0.4 * 255);
});

it("knows nothing where neighbours were not measured, although the bytes are there", () => {
  expect(lyingBelow({})).toBeNull();
  expect(lyingBelow({ neighbours: null })).toBeNull();
});

it("counts what is drawn: no hidden samples, and none without a place", () => {
  const frame = ladder(15);
  expect(countLies(frame, below, () => true)).toEqual({ lies: 3, of: 16 });
  expect(countLies(frame, below, (i) => i !== 1)).toEqual({ lies: 2, of: 15 });
  const flags = new Uint8Array(16);
  flags[0] = FLAG_NOT_PLACED;
  expect(countLies({ ...frame, flags }, below, () => true)).toEqual({ lies: 2, of: 15 });
});
