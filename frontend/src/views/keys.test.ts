import { afterEach, beforeEach, expect, test } from "vitest";
import { stageOptions } from "../gl/stage_options";
import { alerts } from "../state/alerts";
import { makeAlert } from "../state/alerts.fixture";
import { comparison } from "../state/compare";
import { ranking } from "../state/ranking";
import type { Store } from "../state/store";
import { handleKey } from "./keys";
import { runIndex, storeWith } from "./testing";

let store: Store;
let helps: number;
let searches: number;
let colours: number;
let maps: number;
let shares: number;
let stop: () => void = () => undefined;
beforeEach(() => {
  store = storeWith();
  helps = 0;
  searches = 0;
  colours = 0;
  maps = 0;
  shares = 0;
  const listen = (event: KeyboardEvent) => {
    const used = handleKey(event, store, {
      share: () => {
        shares += 1;
      },
      openHelp: () => {
        helps += 1;
      },
      search: () => {
        searches += 1;
      },
      colour: () => {
        colours += 1;
      },
      map: () => {
        maps += 1;
      },
    });
    if (used) event.preventDefault();
  };
  document.addEventListener("keydown", listen);
  stop = () => document.removeEventListener("keydown", listen);
});
afterEach(() => {
  stop();
  document.body.replaceChildren();
});

/** Presses a key and says whether the browser should leave it alone. */
function press(key: string, options: KeyboardEventInit = {}, target: Element = document.body): boolean {
  return !target.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options }),
  );
}

test("arrows, Home and End move in time, Shift makes them leap", () => {
  expect(press("ArrowLeft")).toBe(true);
  expect(store.view.time.value).toBe(1);
  press("ArrowRight");
  expect(store.view.time.value).toBe(2);
  press("ArrowLeft", { shiftKey: true });
  expect(store.view.time.value).toBe(0);
  expect(store.view.follow.value).toBe(false);
  press("End");
  expect(store.view.time.value).toBe(2);
  expect(store.view.follow.value).toBe(true);
  press("Home");
  expect(store.view.time.value).toBe(0);
});

test("Space plays and pauses, but presses a focused button instead", () => {
  expect(press(" ")).toBe(true);
  expect(store.view.playing.value).toBe(true);
  const button = document.body.appendChild(document.createElement("button"));
  expect(press(" ", {}, button)).toBe(false);
  expect(store.view.playing.value).toBe(true);
  expect(press("ArrowLeft", {}, button)).toBe(true);
});

test("nothing is taken from a field, nor from the browser's own shortcuts", () => {
  const field = document.body.appendChild(document.createElement("input"));
  expect(press("ArrowLeft", {}, field)).toBe(false);
  expect(press("?", {}, field)).toBe(false);
  expect(press("f", { ctrlKey: true })).toBe(false);
  expect(store.view.time.value).toBe(2);
  expect(helps).toBe(0);
});

test("F fits, L marks lies, ? helps, Escape closes, other keys are left alone", () => {
  store.view.camera.value = { x: 0, y: 0, zoom: 1 };
  press("f");
  expect(store.view.camera.value).toBeNull();
  expect(press("?")).toBe(true);
  expect(helps).toBe(1);
  press("l");
  expect(store.view.markLies.value).toBe(true);
  press("L");
  expect(store.view.markLies.value).toBe(false);
  store.view.badgeOpen.value = true;
  press("Escape");
  expect(store.view.badgeOpen.value).toBe(false);
  expect(press("q")).toBe(false);
});

test("A opens and closes the list of alerts, which in the tab Health is open anyway", () => {
  const { listOpen } = alerts(store);
  press("a");
  // There is none.
  expect(listOpen.value).toBe(false);
  store.data.index.value = runIndex({ alerts: [makeAlert(1)] });
  press("a");
  expect(listOpen.value).toBe(true);
  press("a");
  expect(listOpen.value).toBe(false);
  store.view.tab.value = "health";
  press("a");
  expect(listOpen.value).toBe(false);
});

test("/ searches; Ctrl Z undoes the selection and Ctrl Shift Z redoes it", () => {
  expect(press("/")).toBe(true);
  expect(searches).toBe(1);
  store.explore.selectRows([1, 3], "replace");
  expect(press("z", { ctrlKey: true })).toBe(true);
  expect(store.explore.selectedMask.value).toBeNull();
  press("Z", { metaKey: true, shiftKey: true });
  expect(store.explore.selection.value?.count).toBe(2);
  const field = document.body.appendChild(document.createElement("input"));
  expect(press("z", { ctrlKey: true }, field)).toBe(false);
});

test("letters do what the help says of them", () => {
  const { landscapeBy, density, trails, pinned } = stageOptions(store);
  store.explore.selectRows([1, 3], "replace");
  for (const key of ["b", "H", "t", "p", "c", "m", "x"]) expect(press(key)).toBe(true);
  expect([landscapeBy.value, density.value, trails.value, pinned.value, colours, maps]).toEqual([
    "confidence",
    "classes",
    true,
    true,
    1,
    1,
  ]);
  expect(store.explore.selection.value?.count).toBe(4);
  press("g");
  expect(store.explore.growths.value).toBe(1);
  press("e");
  expect([store.inspect.open.value, store.inspect.tab.value]).toEqual([true, "events"]);
  press("i");
  press("r");
  expect(ranking(store).open.value).toBe(true);
  press("r");
  expect(ranking(store).open.value).toBe(false);
  press("i");
  expect(store.inspect.open.value).toBe(false);
});

test("letters put maps side by side, show their difference and open what can be taken away", () => {
  const compare = comparison(store);
  press("v");
  expect([compare.others.value.length, compare.difference.value]).toEqual([1, false]);
  press("d");
  press("d");
  press("d");
  expect([compare.others.value.length, compare.difference.value]).toEqual([1, true]);
  press("s");
  expect(shares).toBe(1);
});

test("brackets go from event to event, and say when there is none", () => {
  press("]");
  expect(store.explore.notice.value).toContain("Select a sample");
  store.explore.selectRows([3], "replace");
  store.inspect.events.value = [
    { kind: "flip", row: 2, frame: 1, from: 0, to: 1 },
    { kind: "flip", row: 3, frame: 1, from: 0, to: 1 },
  ];
  press("[");
  expect(store.view.time.value).toBe(1);
  press("[");
  expect(store.explore.notice.value).toBe("Nothing happens to sample d before this.");
});

test("Escape closes a panel that was opened without a selection", () => {
  press("e");
  expect(store.inspect.open.value).toBe(true);
  press("Escape");
  expect(store.inspect.open.value).toBe(false);
});

test("Escape closes what is open first, and then clears the selection", () => {
  store.explore.selectRows([1], "replace");
  store.view.badgeOpen.value = true;
  press("Escape");
  expect([store.view.badgeOpen.value, store.explore.selection.value?.count]).toEqual([false, 1]);
  press("Escape");
  expect(store.explore.selection.value?.count).toBe(0);
});

test("letters of the map do nothing where there is no map", () => {
  store.view.tab.value = "layers";
  for (const key of ["v", "l", "s"]) expect(press(key)).toBe(false);
  expect([comparison(store).others.value.length, store.view.markLies.value, shares]).toEqual([0, false, 0]);
  press("r");
  expect(ranking(store).open.value).toBe(true);
});
