import { expect, test } from "vitest";
import { halfToFloat } from "./half";

// Bit patterns and values as listed in IEEE 754-2019 and computed by numpy.float16.
test.each([
  [0x0000, 0],
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x3555, 1365 / 4096],
  [0x3c00, 1],
  [0x3c01, 1 + 2 ** -10],
  [0x7bff, 65504],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xc000, -2],
  [0xfc00, Number.NEGATIVE_INFINITY],
  [0x7e00, Number.NaN],
])("the pattern %i is %d", (bits, value) => {
  expect(halfToFloat(Uint16Array.of(bits))[0]).toBe(value);
});
