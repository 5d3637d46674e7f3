import { expect, test } from "vitest";
import { filterRuns } from "./run_filter";

const RUNS = ["digits/baseline", "digits/Noisy", "cifar"].map((name) => ({ name, started: 0 }));
const names = (expression: string) => filterRuns(RUNS, expression).runs.map((run) => run.name);

test("finds the expression anywhere and ignores case", () => {
  expect(names("noisy")).toEqual(["digits/Noisy"]);
  expect(names("^digits/.*e$")).toEqual(["digits/baseline"]);
  expect(names("")).toHaveLength(3);
});

test("an invalid expression hides nothing and says so", () => {
  expect(filterRuns(RUNS, "(").problem).toMatch(/not a valid regular expression/i);
  expect(names("(")).toHaveLength(3);
  expect(filterRuns(RUNS, "zzz")).toEqual({ runs: [], problem: null });
});
