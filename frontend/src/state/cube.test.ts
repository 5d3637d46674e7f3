import { beforeEach, describe, expect, test, vi } from "vitest";
import type { FilterTile } from "../data/training_types";
import { columnAnomalies, cubeView, largestChange, NARROW, rowsOf } from "./cube";
import { Store } from "./store";

describe("the largest change", () => {
  const tile: FilterTile = {
    buckets: 4,
    filters: 3,
    // Nothing changed in the first bucket, nothing is known of the third.
    codes: Uint16Array.of(0, 0, 0, 5, 9000, 65_535, 65_535, 65_535, 65_535, 7, 0, 30_000),
    edges: Int32Array.of(0, 2, 4, 6, 8),
    steps: Int32Array.of(0, 2, 4, 6, 8),
    times: Float64Array.of(0, 1, 2, 3, 4),
  };
  const log = (code: number) => Math.fround(-64 + ((code - 1) / 65_533) * 128);

  test("of a layer is that of any filter that has one", () => {
    expect([...largestChange(tile).values]).toEqual([
      Number.NEGATIVE_INFINITY,
      log(9000),
      Number.NaN,
      log(30_000),
    ]);
  });

  test("of a mini-set is that of its own filters", () => {
    expect([...largestChange(tile, [0, 1]).values]).toEqual([
      Number.NEGATIVE_INFINITY,
      log(9000),
      Number.NaN,
      log(7),
    ]);
  });
});

describe("rows to ask for", () => {
  const edges = Int32Array.from({ length: 101 }, (_, i) => 10 * i);
  const times = Float64Array.from({ length: 101 }, (_, i) => i / 10);

  test("cover the window, and little beyond", () => {
    for (const [from, to] of [
      [2, 3],
      [0, 0.5],
      [9.4, 10],
      [4.03, 8.2],
    ] as const) {
      const rows = rowsOf({ edges, times }, { from, to });
      expect(rows?.start).toBeLessThanOrEqual(100 * from);
      expect(rows?.stop).toBeGreaterThanOrEqual(100 * to);
      expect((rows?.stop ?? 0) - (rows?.start ?? 0)).toBeLessThanOrEqual(2 * 100 * (to - from) + 20);
    }
  });

  test("stay the same while the window moves a little", () => {
    const at = (from: number) => rowsOf({ edges, times }, { from, to: from + 1 });
    expect(at(5.25)).toEqual(at(5.3));
  });

  test("are all where most is shown, and where there are none", () => {
    expect(rowsOf({ edges, times }, { from: 1, to: 8 })).toBeNull();
    expect(rowsOf({ edges: Int32Array.of(0), times: Float64Array.of(0) }, { from: 1, to: 2 })).toBeNull();
  });
});

test("columns have the anomalies of their classes, in their order", () => {
  const matrix = { classes: [3, 1], anomalies: { "1": [4], "3": [2, 9], "5": [1] } };
  expect(columnAnomalies(matrix)).toEqual([[2, 9], [4]]);
});

describe("what is chosen", () => {
  const kept = new Map<string, string>();
  beforeEach(() => {
    kept.clear();
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    });
    return () => vi.unstubAllGlobals();
  });

  test("narrow tabs are flat until somebody says otherwise, which is remembered", () => {
    const cube = cubeView(new Store());
    expect(cube.layout.value).toBe("cube");
    cube.width.value = NARROW - 1;
    expect(cube.layout.value).toBe("flat");
    cube.choose("cube");
    expect(cube.layout.value).toBe("cube");
    const next = cubeView(new Store());
    next.width.value = NARROW - 1;
    expect(next.layout.value).toBe("cube");
  });

  test("layers open one by one, or all at once, of which one can be closed again", () => {
    const cube = cubeView(new Store());
    expect(cube.detailed.value).toBe(false);
    cube.toggle(2, [0, 1, 2]);
    expect([0, 1, 2].map((layer) => cube.isOpen(layer))).toEqual([false, false, true]);
    cube.toggleAll();
    expect(cube.detailed.value).toBe(false);
    cube.toggleAll();
    cube.toggle(1, [0, 1, 2]);
    expect([0, 1, 2].map((layer) => cube.isOpen(layer))).toEqual([true, false, true]);
  });
});
