import { expect, test } from "vitest";
import { ROLES, roles } from "./roles";

test("the newest selection is new, earlier ones are used, the rest is the pool", () => {
  const names = (selections: number[][]) => [...roles(5, selections)].map((code) => ROLES[code]);
  expect(names([])).toEqual(["pool", "pool", "pool", "pool", "pool"]);
  expect(names([[0, 2]])).toEqual(["new", "pool", "new", "pool", "pool"]);
  expect(names([[0, 2], [3]])).toEqual(["used", "pool", "used", "new", "pool"]);
  // Chosen twice: its newest choice is what counts.
  expect(names([[0, 2], [3], [2]])).toEqual(["used", "pool", "new", "used", "pool"]);
});
