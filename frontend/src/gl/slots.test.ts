import { describe, expect, it } from "vitest";
import { Slots, slotCapacity } from "./slots";

describe("Slots", () => {
  it("gives each key its own place and keeps it", () => {
    const slots = new Slots(3);
    expect(["a", "b", "c"].map((key) => slots.take(key))).toEqual([0, 1, 2]);
    expect(slots.take("b")).toBe(1);
    expect(slots.free).toBe(0);
  });
  it("gives the place of the least recently used", () => {
    const slots = new Slots(2);
    slots.take("a");
    slots.take("b");
    slots.use("a");
    expect(slots.take("c")).toBe(1);
    expect([slots.has("a"), slots.has("b"), slots.has("c")]).toEqual([true, false, true]);
  });
  it("has no place for a stranger", () => {
    expect(new Slots(2).use("x")).toBe(-1);
  });
});

describe("slotCapacity", () => {
  it("leaves room to grow", () => {
    expect(slotCapacity(40, 1, 1e9)).toBeGreaterThanOrEqual(48);
  });
  it("stays within memory and the driver's limit, and never below two", () => {
    expect(slotCapacity(1000, 100, 5_000)).toBe(50);
    expect(slotCapacity(1000, 1, 1e9, 256)).toBe(256);
    expect(slotCapacity(10, 1e9, 1)).toBe(2);
  });
});
