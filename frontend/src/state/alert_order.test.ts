import { expect, test } from "vitest";
import { grouped, listed, NO_FILTER, toggled } from "./alert_order";
import { makeAlert } from "./alerts.fixture";

const ALERTS = [
  makeAlert(1, { severity: "info", rule: "noise", layer: "" }),
  makeAlert(2, { severity: "error" }),
  makeAlert(5),
  makeAlert(6, { severity: "error", rule: "dead" }),
  makeAlert(9, { severity: "info" }),
];
const stepsOf = (alerts: readonly { readonly step: number }[]) => alerts.map(({ step }) => step);

test("the worst first and of those the newest, or the newest first", () => {
  expect(stepsOf(listed(ALERTS, NO_FILTER, "worst"))).toEqual([6, 2, 5, 9, 1]);
  expect(stepsOf(listed(ALERTS, NO_FILTER, "newest"))).toEqual([9, 6, 5, 2, 1]);
});

test("a list is narrowed to any of the values of one kind, and to all kinds at once", () => {
  let filter = toggled(NO_FILTER, "severity", "error");
  expect(stepsOf(listed(ALERTS, filter, "newest"))).toEqual([6, 2]);
  filter = toggled(filter, "severity", "info");
  expect(stepsOf(listed(ALERTS, filter, "newest"))).toEqual([9, 6, 2, 1]);
  filter = toggled(filter, "layer", "");
  expect(stepsOf(listed(ALERTS, filter, "newest"))).toEqual([1]);
  filter = toggled(toggled(filter, "layer", ""), "severity", "info");
  expect(stepsOf(listed(ALERTS, toggled(filter, "rule", "dead"), "worst"))).toEqual([6]);
});

test("alerts that lie nearer than marks can be told apart are one mark, as bad as its worst", () => {
  const groups = grouped(ALERTS, (step) => 5 * step, 8);
  expect(groups.map(({ x, alerts }) => [x, ...stepsOf(alerts)])).toEqual([
    [5, 2, 1],
    [25, 6, 5],
    [45, 9],
  ]);
  expect(grouped(ALERTS, (step) => 8 * step, 8)).toHaveLength(5);
  expect(grouped([], (step) => step, 8)).toEqual([]);
});

test("a row of alerts at every step does not become one mark", () => {
  const dense = Array.from({ length: 100 }, (_, step) => makeAlert(step));
  const groups = grouped(dense, (step) => 2 * step, 8);
  expect(groups).toHaveLength(25);
  expect(groups.every(({ alerts }) => alerts.length === 4)).toBe(true);
});
