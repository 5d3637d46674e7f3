import { expect, it } from "vitest";
import { FADE_MS, Visibility } from "./visibility";

it("fades out and in and then rests", () => {
  const visibility = new Visibility();
  const hidden = new Set([3]);
  expect(visibility.step(new Set(), 16)).toBe("still");
  expect(visibility.step(hidden, FADE_MS / 2)).toBe("fading");
  expect(visibility.of(3)).toBeCloseTo(0.5, 9);
  expect(visibility.of(2)).toBe(1);
  expect(visibility.step(hidden, FADE_MS)).toBe("settled");
  expect(visibility.of(3)).toBe(0);
  expect(visibility.step(hidden, FADE_MS)).toBe("still");
  expect(visibility.step(new Set(), FADE_MS / 4)).toBe("fading");
  expect(visibility.step(new Set(), Number.POSITIVE_INFINITY)).toBe("settled");
  expect(visibility.of(3)).toBe(1);
});
