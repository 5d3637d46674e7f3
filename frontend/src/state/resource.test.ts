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

test("those that were not read for longest go first, and what is under way for them is called off", async () => {
  const resources = new Resources(2);
  const signals: AbortSignal[] = [];
  const ask = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<number>(() => {});
  };
  for (const key of ["a", "b", "a", "c"]) resources.get(key, ask);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, false]);
  resources.get("b", ask);
  expect(signals.length).toBe(4);
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
  works = true;
  await vi.advanceTimersByTimeAsync(FAILURE_LASTS_MS);
  const after = resources.get("a", ask);
  await vi.advanceTimersByTimeAsync(1);
  expect(after.value).toEqual({ kind: "ready", value: "here" });
  vi.useRealTimers();
});
