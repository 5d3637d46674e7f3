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

test("labels are round and evenly spaced, wherever the axis begins", () => {
  const numbers = (low: number, high: number, width: number) =>
    labels(
      timeTicks(
        range(high - low + 1).map((i) => low + i),
        low,
        high,
        width,
      ),
    ).map((l) => Number(l?.replaceAll(",", "")));
  expect(numbers(0, 99, 800)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
  expect(numbers(1, 57, 400)).toEqual([10, 20, 30, 40, 50]);
  expect(numbers(1_003, 1_990, 300)).toEqual([1_200, 1_400, 1_600, 1_800]);
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
