import { expect, it } from "vitest";
import { discAlpha, discRadius } from "./look";

it("discs get smaller in a crowd and larger when zooming in, less than the map does", () => {
  const few = discRadius(2_000, 770, 600, 1);
  expect(few).toBeGreaterThan(discRadius(20_000, 770, 600, 1));
  const zoomed = discRadius(2_000, 770, 600, 4);
  expect(zoomed).toBeGreaterThan(few);
  expect(zoomed).toBeLessThan(4 * few);
});

it("no disc is ever invisible or a blot", () => {
  for (const count of [0, 1, 100, 1e6]) {
    for (const zoom of [0.01, 1, 1e3]) {
      const radius = discRadius(count, 770, 600, zoom);
      expect(radius).toBeGreaterThan(0.5);
      expect(radius).toBeLessThan(20);
    }
  }
});

it("a crowd is translucent, a few are solid", () => {
  expect(discAlpha(1_797)).toBe(1);
  expect(discAlpha(100_000)).toBeLessThan(0.8);
  expect(discAlpha(1e7)).toBeGreaterThan(0.3);
});
