import { expect, test } from "vitest";
import { ago, bytes, duration, NOT_KNOWN, percent, plain, plural } from "./format";

test("percentages never round up to certainty or down to nothing", () => {
  expect([0, 0.0083, 0.05, 0.53, 0.996, 0.9996, 1].map(percent)).toEqual([
    "0 %",
    "0.8 %",
    "5 %",
    "53 %",
    "99.6 %",
    "99.9 %",
    "100 %",
  ]);
  expect(percent(null)).toBe(NOT_KNOWN);
  expect(percent(Number.NaN)).toBe(NOT_KNOWN);
});

test("counts and plurals", () => {
  expect(plural(1, "sample")).toBe("1 sample");
  expect(plural(1797, "sample")).toBe("1,797 samples");
});

test("plain numbers keep three digits", () => {
  expect([0, 15, 0.0222, 12.345, 0.0000123].map(plain)).toEqual(["0", "15", "0.0222", "12.3", "1.2e-5"]);
});

test("sizes and durations take the unit that reads best", () => {
  expect([12, 45_300, 900_000, 1_234_000, 2_000_000_000].map(bytes)).toEqual([
    "12 B",
    "45 KB",
    "900 KB",
    "1.2 MB",
    "2 GB",
  ]);
  expect([0.031, 3.21, 42, 300, 7200, 200_000].map(duration)).toEqual([
    "31 ms",
    "3.2 s",
    "42 s",
    "5 min",
    "2 h",
    "2 days",
  ]);
  expect(ago(0.4)).toBe("just now");
  expect(ago(3.4)).toBe("3 s ago");
});
