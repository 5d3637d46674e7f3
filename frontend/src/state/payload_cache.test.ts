import { describe, expect, it } from "vitest";
import { makeFrame, makeLandscape } from "../data/codec.fixture";
import { PayloadCache } from "./payload_cache";

/** One sample is 9 bytes: two positions of 2, a prediction of 2, confidence, flags, kept. */
const frame = makeFrame([[0, 0, 1]]);

/** 11 bytes a sample. */
const outcomes = {
  step: 0,
  prediction: Uint16Array.of(1),
  runnerUp: Uint16Array.of(0),
  confidence: Uint8Array.of(1),
  margin: Uint8Array.of(1),
  entropy: Uint8Array.of(1),
  loss: Float32Array.of(1),
};

describe("PayloadCache", () => {
  it("counts bytes", () => {
    const cache = new PayloadCache();
    cache.putFrame("a", frame);
    expect(cache.bytes).toBe(9);
    cache.putLandscape(
      "a",
      makeLandscape(2, () => [0, 0, 0]),
    );
    expect(cache.bytes).toBe(9 + 16);
    cache.putFrame("a", frame);
    expect(cache.bytes).toBe(9 + 16);
  });

  it("keeps frames and landscapes of one key apart", () => {
    const cache = new PayloadCache();
    cache.putFrame("a", frame);
    expect([cache.hasFrame("a"), cache.hasLandscape("a")]).toEqual([true, false]);
    expect(cache.frame("a")).toBe(frame);
    expect(cache.landscape("a")).toBeUndefined();
  });

  it("drops the least recently used", () => {
    const cache = new PayloadCache(27);
    for (const key of ["a", "b", "c"]) cache.putFrame(key, frame);
    cache.frame("a");
    cache.putFrame("d", frame);
    expect(["a", "b", "c", "d"].map((key) => cache.hasFrame(key))).toEqual([true, false, true, true]);
    expect(cache.bytes).toBe(27);
  });

  it("keeps the newest even when it alone is too large", () => {
    const cache = new PayloadCache(5);
    cache.putFrame("a", frame);
    cache.putFrame("b", frame);
    expect([cache.hasFrame("a"), cache.hasFrame("b")]).toEqual([false, true]);
  });

  it("does not count a look as a use", () => {
    const cache = new PayloadCache(18);
    cache.putFrame("a", frame);
    cache.putFrame("b", frame);
    cache.hasFrame("a");
    cache.putFrame("c", frame);
    expect(cache.hasFrame("a")).toBe(false);
  });

  it("counts outcomes and choices, and reading a whole run does not change what is dropped first", () => {
    const cache = new PayloadCache(9 + 9 + 11);
    cache.putFrame("a", frame);
    cache.putOutcomes("a", outcomes);
    cache.putFrame("b", frame);
    expect(cache.bytes).toBe(29);
    expect(cache.peekFrame("a")).toBe(frame);
    expect(cache.outcomes("a")).toBe(outcomes);
    cache.putChosen("a", Int32Array.of(7));
    expect([cache.outcomes("a"), cache.chosen("a")]).toEqual([undefined, Int32Array.of(7)]);
    expect(cache.bytes).toBe(9 + 9 + 4);
  });

  it("drops outcomes before maps, the oldest first, and not those that just came", () => {
    const cache = new PayloadCache(9 + 9 + 11 + 11);
    cache.putOutcomes("a", outcomes);
    cache.putOutcomes("b", outcomes);
    cache.putFrame("a", frame);
    cache.putFrame("b", frame);
    cache.putOutcomes("c", outcomes);
    expect(["a", "b", "c"].map((key) => cache.outcomes(key) !== undefined)).toEqual([false, true, true]);
    expect([cache.hasFrame("a"), cache.hasFrame("b")]).toEqual([true, true]);
    const small = new PayloadCache(15);
    small.putFrame("a", frame);
    small.putOutcomes("a", outcomes);
    expect([small.hasFrame("a"), small.outcomes("a")]).toEqual([false, outcomes]);
  });
});
