import { act, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Store } from "../../state/store";
import { framesIndex, renderWith, runIndex, storeWith } from "../testing";
import { Announcer, REST_MS } from "./announcer";

let store: Store;
beforeEach(() => {
  vi.useFakeTimers();
  store = storeWith();
  renderWith(store, <Announcer />);
});
afterEach(() => vi.useRealTimers());

const pass = (ms: number) =>
  act(() => {
    vi.advanceTimersByTime(ms);
  });
const rest = () => pass(REST_MS);
const said = () => screen.getByRole("status").textContent;

test("says at which epoch one has arrived, and how good the model is there", () => {
  rest();
  expect(said()).toBe("");
  act(() => store.seek(1));
  expect(said()).toBe("");
  rest();
  expect(said()).toBe("epoch 1, 60 % right");
});

test("passes over the epochs that a held key goes through", () => {
  for (const step of [0, 1, 2, 0]) {
    act(() => store.seek(step));
    pass(REST_MS / 2);
  }
  rest();
  expect(said()).toBe("epoch 0, 20 % right");
});

test("is silent while time plays, and says where it stopped", () => {
  act(() => {
    store.view.playing.value = true;
    store.view.time.value = 0;
  });
  rest();
  expect(said()).toBe("");
  act(() => {
    store.view.playing.value = false;
  });
  rest();
  expect(said()).toBe("epoch 0, 20 % right");
});

test("does not speak of every epoch that a running training adds", () => {
  const frames = framesIndex();
  act(() => {
    store.data.index.value = runIndex(
      {},
      { ...frames, steps: [0, 1, 2, 3], versions: [...frames.versions, "s.4"] },
    );
    store.view.time.value = 3;
  });
  rest();
  expect(said()).toBe("");
});
