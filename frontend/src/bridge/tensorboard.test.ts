import { afterEach, beforeEach, expect, test } from "vitest";
import {
  addressBar,
  DARK_CLASS,
  reachableParent,
  watchReducedMotion,
  watchTheme,
  watchVisibility,
} from "./tensorboard";

/** A frame inside this test's page, whose system theme is dark when told so. */
function frameIn(parent: Window, systemDark = false): Window {
  const query = {
    matches: systemDark,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  };
  return {
    parent,
    innerHeight: 700,
    document,
    matchMedia: () => query,
    addEventListener: window.addEventListener.bind(window),
    removeEventListener: window.removeEventListener.bind(window),
  } as unknown as Window;
}

/** A parent of another origin: touching its document throws. */
const FOREIGN = {
  get document(): Document {
    throw new DOMException("blocked", "SecurityError");
  },
} as unknown as Window;

let stop: () => void = () => undefined;
beforeEach(() => {
  document.body.className = "";
  window.location.hash = "";
});
afterEach(() => stop());

test("follows the class on TensorBoard's body, whatever the system prefers", async () => {
  const seen: boolean[] = [];
  stop = watchTheme((dark) => seen.push(dark), frameIn(window, true));
  document.body.classList.add(DARK_CLASS);
  await Promise.resolve();
  document.body.classList.remove(DARK_CLASS);
  await Promise.resolve();
  expect(seen).toEqual([false, true, false]);
});

test("takes the system's theme when TensorBoard's page cannot be read", () => {
  const seen: boolean[] = [];
  stop = watchTheme((dark) => seen.push(dark), frameIn(FOREIGN, true));
  expect(seen).toEqual([true]);
  expect(reachableParent(frameIn(FOREIGN))).toBeNull();
});

test("follows the wish for less motion while the page is open", () => {
  const seen: boolean[] = [];
  const query = Object.assign(new EventTarget(), { matches: false });
  const frame = Object.assign(frameIn(window), { matchMedia: () => query });
  stop = watchReducedMotion((reduced) => seen.push(reduced), frame);
  query.matches = true;
  query.dispatchEvent(new Event("change"));
  stop();
  query.dispatchEvent(new Event("change"));
  expect(seen).toEqual([false, true]);
});

test("a frame of height 0 is a hidden tab", () => {
  const frame = frameIn(window);
  const seen: boolean[] = [];
  stop = watchVisibility((visible) => seen.push(visible), frame);
  for (const height of [0, 0, 700]) {
    Object.assign(frame, { innerHeight: height });
    window.dispatchEvent(new Event("resize"));
  }
  expect(seen).toEqual([true, false, true]);
});

test("reads and replaces the fragment of TensorBoard's address without adding to the history", () => {
  const bar = addressBar(frameIn(window));
  window.location.hash = "#hidden&p.hidden.run=a";
  expect(bar.read()).toBe("hidden&p.hidden.run=a");
  const before = window.history.length;
  bar.write("hidden&p.hidden.run=b");
  expect(window.location.hash).toBe("#hidden&p.hidden.run=b");
  expect(window.history.length).toBe(before);
});
