import { expect, test } from "vitest";
import { logChange, NO_CHANGE, UNKNOWN_CHANGE } from "../data/training_codec";
import type { FilterTile } from "../data/training_types";
import { degrees, gridOf, MOST_HEIGHT, matrixSize, paintMatrix } from "./filter_matrix";
import { timeScale } from "./time_scale";

function tileOf(buckets: number, filters: number, code: (b: number, f: number) => number): FilterTile {
  const codes = new Uint16Array(buckets * filters);
  for (let b = 0; b < buckets; b++) for (let f = 0; f < filters; f++) codes[b * filters + f] = code(b, f);
  return {
    edges: Int32Array.from({ length: buckets + 1 }, (_, i) => i),
    steps: Int32Array.from({ length: buckets + 1 }, (_, i) => i),
    times: Float64Array.from({ length: buckets + 1 }, (_, i) => i),
    buckets,
    filters,
    codes,
  };
}

/** Numbers that look random, the same each time. */
const mixed = (b: number, f: number) => ((b * 7919 + f * 104_729 + b * f * 31) % 60_000) + 1;

test("a pixel has the greatest change of all that lies in it", () => {
  const tile = tileOf(40, 25, mixed);
  const scale = timeScale(0, 40, 9);
  const { codes } = gridOf(tile, scale, 9, 10);
  for (let r = 0; r < 10; r++) {
    for (let c = 0; c < 9; c++) {
      let most = 0;
      for (let f = 0; f < 25; f++) {
        if (Math.floor((f * 10) / 25) !== r) continue;
        for (let b = 0; b < 40; b++) {
          const overlaps = b < ((c + 1) * 40) / 9 && b + 1 > (c * 40) / 9;
          if (overlaps) most = Math.max(most, mixed(b, f));
        }
      }
      expect(codes[r * 9 + c]).toBe(most);
    }
  }
});

test("one leap of one filter among thousands is seen at every zoom, and what is not known is no leap", () => {
  const tile = tileOf(300, 3000, (b, f) =>
    b === 123 && f === 2345 ? 60_000 : f % 7 === 0 ? UNKNOWN_CHANGE : 30_000,
  );
  for (const [from, to] of [
    [0, 300],
    [100, 150],
    [122, 125],
  ] as const) {
    const { codes } = gridOf(tile, timeScale(from, to, 50), 50, 320);
    expect(codes.reduce((most, code) => Math.max(most, code === UNKNOWN_CHANGE ? 0 : code), 0)).toBe(60_000);
  }
  const unknown = gridOf(
    tileOf(2, 2, () => UNKNOWN_CHANGE),
    timeScale(0, 2, 2),
    2,
    2,
  );
  expect(degrees(unknown, "global").every(Number.isNaN)).toBe(true);
});

test("wide buckets fill all of their columns", () => {
  const grid = gridOf(
    tileOf(2, 1, (b) => 10 + b),
    timeScale(0, 2, 6),
    6,
    1,
  );
  expect(Array.from(grid.codes)).toEqual([10, 10, 10, 11, 11, 11]);
});

test("the strongest colour is that of the layer, of each filter, or of each iteration", () => {
  const grid = {
    rows: 3,
    columns: 4,
    codes: Uint16Array.from({ length: 12 }, (_, i) => mixed(i % 4, i >> 2)),
  };
  const line = (i: number, how: string) => (how === "global" ? 0 : how === "filter" ? i >> 2 : i % 4);
  for (const how of ["global", "filter", "iteration"] as const) {
    const out = degrees(grid, how);
    for (let i = 0; i < 12; i++) {
      const peers = [...Array(12).keys()].filter((j) => line(j, how) === line(i, how));
      const logs = peers.map((j) => logChange(grid.codes[j] as number));
      const to = Math.max(...logs);
      const from = Math.max(Math.min(...logs), to - 24);
      const expected = Math.max(0, (logChange(grid.codes[i] as number) - from) / (to - from));
      expect(out[i]).toBeCloseTo(expected, 4);
    }
  }
});

test("no change is the least there is, and does not stretch the scale", () => {
  const grid = { rows: 1, columns: 3, codes: Uint16Array.of(NO_CHANGE, 50_000, 50_500) };
  expect(Array.from(degrees(grid, "global"))).toEqual([0, 0, 1]);
  expect(Array.from(degrees({ ...grid, codes: Uint16Array.of(7, 7, 7) }, "global"))).toEqual([0.5, 0.5, 0.5]);
});

test("pixels take their row's colour, and none where nothing is known", () => {
  const grid = { rows: 2, columns: 2, codes: new Uint16Array(4) };
  const pixels = new Uint32Array(8);
  paintMatrix(pixels, 2, 4, grid, Float32Array.of(0, 1, Number.NaN, 0.5), [5, 6, 7]);
  expect(Array.from(pixels)).toEqual([5, 7, 5, 7, 0, 6, 0, 6]);
});

test("every filter has a pixel, or shares one", () => {
  expect(matrixSize(64)).toEqual({ height: 256, rows: 64 });
  expect(matrixSize(200)).toEqual({ height: 200, rows: 200 });
  expect(matrixSize(2048)).toEqual({ height: MOST_HEIGHT, rows: MOST_HEIGHT });
  expect(matrixSize(1).height).toBeGreaterThan(10);
});
