import { expect, test } from "vitest";
import { timeTicks } from "./ticks";

const range = (n: number, by = 1) => Array.from({ length: n }, (_, i) => i * by);
const labels = (ticks: ReturnType<typeof timeTicks>) => ticks.map((t) => t.label).filter((l) => l !== null);

test("every step is labelled while there is room", () => {
  expect(labels(timeTicks(range(20), 0, 19, 800))).toEqual(range(20).map(String));
});

test("round numbers are labelled and every step is marked when labels would touch", () => {
  const ticks = timeTicks(range(100), 0, 99, 800);
  expect(labels(ticks)).toContain("50");
  expect(labels(ticks).length).toBeLessThanOrEqual(800 / 30);
  expect(ticks).toHaveLength(100);
});

test("marks give way too when there are thousands", () => {
  const ticks = timeTicks(range(5000), 0, 4999, 800);
  expect(ticks.length).toBeLessThan(40);
  expect(labels(ticks)).toContain("2,000");
});

test("long numbers get the room they need", () => {
  const ticks = timeTicks(range(20, 12_345), 0, 19 * 12_345, 600);
  expect(labels(ticks).length).toBeLessThanOrEqual(600 / 51);
});
