import { describe, expect, it } from "vitest";
import { loadOrder, outwards } from "./load_order";

it("goes outwards, forwards first", () => {
  expect(outwards(6, 2)).toEqual([2, 3, 1, 4, 0, 5]);
  expect(outwards(3, 0)).toEqual([0, 1, 2]);
  expect(outwards(0, 0)).toEqual([]);
});

describe("loadOrder", () => {
  const names = (count: number, current: number[], affordable = 100) =>
    loadOrder(count, current, affordable).map(({ part, frame }) => `${part[0]}${frame}`);

  it("wants what is looked at, both ends, then the nearest; landscapes after", () => {
    expect(names(6, [2, 3])).toEqual([
      ...["f2", "f3", "l2", "l3"],
      ...["f5", "f0", "f1", "f4"],
      ...["l5", "l0", "l1", "l4"],
    ]);
  });

  it("wants everything once", () => {
    const order = names(40, [39]);
    expect(order.length).toBe(80);
    expect(new Set(order).size).toBe(80);
  });

  it("stops at what fits, but not short of what is looked at", () => {
    expect(names(100, [50, 51], 1)).toEqual(["f50", "f51", "l50", "l51"]);
    expect(names(100, [50], 5).length).toBe(2 * 7);
  });

  it("wants nothing without frames", () => {
    expect(names(0, [])).toEqual([]);
  });
});
