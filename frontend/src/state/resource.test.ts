import { effect } from "@preact/signals";
import { expect, test, vi } from "vitest";
import { RequestError } from "../data/client";
import { FAILURE_LASTS_MS, Resources } from "./resource";

const settle = () => new Promise((resolve) => setTimeout(resolve));

test("what is asked twice is asked for once", async () => {
  const resources = new Resources(4);
  let asked = 0;
  const ask = async () => ++asked;
  const [first, second] = [resources.get("a", ask), resources.get("a", ask)];
  expect([first === second, first.value.kind]).toEqual([true, "loading"]);
  await settle();
  expect([first.value, asked]).toEqual([{ kind: "ready", value: 1 }, 1]);
});

test("those that were not asked about for longest go first, but none that somebody waits for", async () => {
  const resources = new Resources(2);
  const asked: string[] = [];
  const ask = (key: string, late = false) =>
    resources.get(key, () => {
      asked.push(key);
      return late ? new Promise<string>(() => {}) : Promise.resolve(key);
    });
  ask("slow", true);
  for (const key of ["a", "b", "a", "c"]) {
    ask(key);
    await settle();
  }
  for (const key of ["slow", "c", "b"]) ask(key);
  expect(asked).toEqual(["slow", "a", "b", "a", "c", "b"]);
});

test("a failure is told, and asked about again by whoever looks later", async () => {
  vi.useFakeTimers();
  const resources = new Resources(2);
  let works = false;
  const ask = async () => {
    if (!works) throw new RequestError("It is gone.", "http://host/x", 404);
    return "here";
  };
  const before = resources.get("a", ask);
  await vi.advanceTimersByTimeAsync(1);
  expect(resources.get("a", ask)).toBe(before);
  expect(before.value).toEqual({ kind: "failed", message: "It is gone." });
  let told = 0;
  const stop = effect(() => {
    resources.get("a", ask);
    told += 1;
  });
  works = true;
  await vi.advanceTimersByTimeAsync(FAILURE_LASTS_MS);
  const after = resources.get("a", ask);
  await vi.advanceTimersByTimeAsync(1);
  expect([after.value, told]).toEqual([{ kind: "ready", value: "here" }, 2]);
  stop();
  vi.useRealTimers();
});
