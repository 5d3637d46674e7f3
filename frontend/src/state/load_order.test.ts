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

  it("wants what is looked at, both ends, then the nearest; landscapes after, outcomes and the quality of labels last", () => {
    expect(names(6, [2, 3])).toEqual([
      ...["f2", "f3", "l2", "l3", "o2", "o3", "q2", "q3"],
      ...["f5", "f0", "f1", "f4"],
      ...["l5", "l0", "l1", "l4"],
      ...["o1", "o4", "o0", "o5", "q1", "q4", "q0", "q5"],
    ]);
  });

  it("wants every choice of samples before the outcomes of other epochs", () => {
    const order = loadOrder(2, [1], 100, 2).map(({ part, frame }) => `${part} ${frame}`);
    expect(order.slice(-4)).toEqual(["chosen 0", "chosen 1", "outcomes 0", "quality 0"]);
  });

  it("wants everything once", () => {
    const order = names(40, [39]);
    expect(order.length).toBe(160);
    expect(new Set(order).size).toBe(160);
  });

  it("stops at what fits, but not short of what is looked at", () => {
    const maps = (affordable: number, ...current: number[]) =>
      names(100, current, affordable).filter((name) => name[0] === "f" || name[0] === "l");
    expect(maps(1, 50, 51)).toEqual(["f50", "f51", "l50", "l51"]);
    expect(maps(5, 50).length).toBe(2 * 7);
  });

  it("wants nothing without frames", () => {
    expect(names(0, [])).toEqual([]);
  });
});
