import { describe, expect, it } from "vitest";
import { fromFrameUnits, locate, nearest, stepUnit, timeLabel, toFrameUnits } from "./locate";

const STEPS = [0, 10, 40];

describe("locate", () => {
  it.each([
    [-5, { a: 0, b: 0, mix: 0 }],
    [0, { a: 0, b: 0, mix: 0 }],
    [5, { a: 0, b: 1, mix: 0.5 }],
    [10, { a: 1, b: 1, mix: 0 }],
    [16, { a: 1, b: 2, mix: 0.2 }],
    [40, { a: 2, b: 2, mix: 0 }],
    [99, { a: 2, b: 2, mix: 0 }],
  ])("time %d", (time, expected) => {
    const found = locate(STEPS, time);
    expect(found).toMatchObject({ a: expected.a });
    expect(found?.mix).toBeCloseTo(expected.mix, 12);
    if (expected.mix > 0) expect(found?.b).toBe(expected.b);
  });

  it("gives one frame, not two, on a true frame", () => {
    const on = locate(STEPS, 10);
    expect(on).toEqual({ a: 1, b: 1, mix: 0 });
  });

  it("has no place without frames", () => {
    expect(locate([], 3)).toBeNull();
  });

  it("finds every step of a long run", () => {
    const steps = Array.from({ length: 1000 }, (_, i) => i * i);
    for (const [i, step] of steps.entries()) expect(locate(steps, step)).toEqual({ a: i, b: i, mix: 0 });
  });
});

describe("frame units", () => {
  it("are even however uneven the steps are", () => {
    expect(toFrameUnits(STEPS, 25)).toBe(1.5);
    expect(fromFrameUnits(STEPS, 1.5)).toBe(25);
  });
  it("clamp", () => {
    expect(fromFrameUnits(STEPS, -1)).toBe(0);
    expect(fromFrameUnits(STEPS, 7)).toBe(40);
  });
});

it("nearest switches half way", () => {
  expect(nearest({ a: 3, b: 4, mix: 0.49 })).toBe(3);
  expect(nearest({ a: 3, b: 4, mix: 0.5 })).toBe(4);
});

describe("names", () => {
  it.each([
    [[0, 1, 2], "epoch"],
    [[1, 2, 3], "epoch"],
    [[5, 6, 7], "step"],
    [[0, 500, 1000], "step"],
    [[], "epoch"],
  ] as const)("%o is counted in %s", (steps, unit) => {
    expect(stepUnit(steps)).toBe(unit);
  });
  it("says when a picture is made up", () => {
    expect(timeLabel([0, 1, 2], 1, "epoch")).toBe("epoch 1");
    expect(timeLabel([0, 1, 2], 1.4, "epoch")).toBe("epoch 1.4 (interpolated)");
    expect(timeLabel(STEPS, 25, "step")).toBe("step 25 (interpolated)");
    expect(timeLabel([], 1, "epoch")).toBe("");
  });
  it("counts frames with gaps in what the snapshots are counted in", () => {
    expect(timeLabel([0, 8, 9], 8, "epoch")).toBe("epoch 8");
    expect(timeLabel([0, 8, 9], 4, "epoch")).toBe("epoch 4.0 (interpolated)");
  });
  it("separates thousands", () => {
    expect(timeLabel([0, 5_500, 11_000], 5_500, "step")).toBe("step 5,500");
    expect(timeLabel([0, 5_500, 11_000], 8_250.4, "step")).toBe("step 8,250 (interpolated)");
  });
});
