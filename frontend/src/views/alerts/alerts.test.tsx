import { act, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AlertInfo, TaskInfo } from "../../data/health_types";
import type { RunIndex } from "../../data/types";
import { alerts } from "../../state/alerts";
import { makeAlert } from "../../state/alerts.fixture";
import type { Store } from "../../state/store";
import { Tabs } from "../strip/tabs";
import { renderWith, runIndex, storeWith } from "../testing";
import { Timeline } from "../timeline/timeline";
import { AlertAnnouncer, announcement } from "./announcer";
import { AlertPanel } from "./panel";
import { ShortList } from "./short_list";
import { ShortListButton } from "./short_list_button";
import { SEEN_AFTER_MS } from "./use_seen";
import { evidence, figure } from "./words";

/** Pixels of the axis, which reaches over steps 0 to 3; jsdom lays nothing out. */
const WIDTH = 300;
beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(WIDTH);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const LAYER = "fc1:input";
const ALERTS = [
  makeAlert(0, { severity: "info", layer: "", rule: "noise", sentence: "labels are noisy" }),
  makeAlert(1, { layer: LAYER, samples: [3, 0], since: 0 }),
  makeAlert(2, {
    layer: LAYER,
    severity: "error",
    rule: "merging",
    classes: [1, 2],
    sentence: "dog and owl merge",
  }),
];
const HEALTH = { [LAYER]: { version: "s.9", steps: 4 }, "": { version: "s.8", steps: 4 } };

function storeOf(list: readonly AlertInfo[] = ALERTS, overrides: Partial<RunIndex> = {}): Store {
  return storeWith(runIndex({ alerts: list, tasks: [], health: HEALTH, ...overrides }));
}

/** The next poll brings one more alert. */
function arrive(store: Store, alert: AlertInfo): void {
  const index = store.data.index.value as RunIndex;
  act(() => {
    store.data.index.value = {
      ...index,
      updated: index.updated + 1,
      alerts: [...(index.alerts ?? []), alert],
    };
  });
}

test("evidence is what was measured, against what, since when", () => {
  expect(evidence(makeAlert(16, { since: 14 }))).toBe(
    "separation −0.41, best 1.92, limit 1.10, since step 14",
  );
  const bare = makeAlert(3, {
    rule: "nonfinite",
    measure: "nonfinite",
    value: null,
    reference: null,
    limit: 0,
  });
  expect(evidence(bare)).toBe("nonfinite not finite, limit 0.00");
  expect(evidence(makeAlert(3, { measure: "rank", value: 2, reference: 9, limit: 5 }))).toBe(
    "rank 2.00, usual 9.00, limit 5.00",
  );
  expect([figure(-1234.5), figure(1e-4), figure(null)]).toEqual(["−1234.50", "1.0e-4", "–"]);
});

test("marks on the time axis say what happened, and lead there", () => {
  const store = storeOf();
  const { container } = renderWith(store, <Timeline />);
  const marks = within(screen.getByRole("toolbar", { name: "Alerts" })).getAllByRole("button");
  expect(marks.map((mark) => mark.getAttribute("aria-label"))).toEqual([
    "step 0, info: labels are noisy",
    "step 1, warning: classes collapse at 1",
    "step 2, error: dog and owl merge",
  ]);
  expect(marks.map((mark) => mark.style.left)).toEqual(["0px", "100px", "200px"]);
  const shapes = [...container.querySelectorAll(".alert-marks svg")];
  expect(shapes.map((shape) => (shape as SVGElement).dataset.severity)).toEqual(["info", "warning", "error"]);
  expect(new Set(shapes.map((shape) => shape.innerHTML)).size).toBe(3);
  fireEvent.click(marks[1] as HTMLElement);
  expect([store.view.time.value, alerts(store).listOpen.value]).toEqual([1, true]);
  expect([...(store.explore.selectedMask.value ?? [])]).toEqual([1, 0, 0, 1, 0, 0]);
  expect(marks[1]?.dataset.focus).toBe("true");
});

test("an alert of a step that the open layer's axis does not reach is in the list alone", () => {
  const store = storeOf([...ALERTS, makeAlert(90, { layer: "other" })]);
  renderWith(store, <Timeline />);
  expect(within(screen.getByRole("toolbar", { name: "Alerts" })).getAllByRole("button")).toHaveLength(3);
  expect(alerts(store).all.value).toHaveLength(4);
});

test("alerts of one step are one mark, as bad as the worst of them", () => {
  const store = storeOf([makeAlert(2, { version: "s.1" }), makeAlert(2, { severity: "error" })]);
  renderWith(store, <Timeline />);
  const mark = within(screen.getByRole("toolbar")).getByRole("button");
  expect(mark.getAttribute("aria-label")).toBe("step 2, error: classes collapse at 2 (2 alerts)");
  expect([mark.dataset.count, mark.title.split("\n").length]).toEqual(["2", 2]);
});

test("marks are one stop for the Tab key, and arrows go from one to the next", () => {
  const store = storeOf();
  renderWith(store, <Timeline />);
  const marks = within(screen.getByRole("toolbar")).getAllByRole("button");
  const stops = () => marks.map((mark) => mark.tabIndex);
  expect(stops()).toEqual([0, -1, -1]);
  const onDocument = vi.fn();
  document.addEventListener("keydown", onDocument);
  fireEvent.keyDown(marks[0] as HTMLElement, { key: "ArrowRight" });
  document.removeEventListener("keydown", onDocument);
  expect(document.activeElement).toBe(marks[1]);
  expect(stops()).toEqual([-1, 0, -1]);
  // The arrow would move time, too.
  expect(onDocument).not.toHaveBeenCalled();
});

test("a run without alerts has neither marks nor a list", () => {
  const store = storeOf([]);
  const { container } = renderWith(
    store,
    <>
      <Timeline />
      <ShortListButton />
    </>,
  );
  expect(container.querySelector(".alert-marks, .alerts-button, .task-spans")).toBeNull();
});

test("tasks are spans from their first step to the next one's, and lead to their start", () => {
  const task = (name: string, step: number | null): TaskInfo => ({
    name,
    step,
    version: name,
    count: 3,
    classes: [],
  });
  const store = storeOf([], { tasks: [task("old", 0), task("new", 1), task("next", null)] });
  renderWith(store, <Timeline />);
  const spans = within(screen.getByRole("group", { name: "Tasks" })).getAllByRole("button");
  expect(spans.map((span) => [span.textContent, span.style.left, span.style.width])).toEqual([
    ["old", "0%", "33.3333%"],
    ["new", "33.3333%", "66.6667%"],
  ]);
  fireEvent.click(spans[1] as HTMLElement);
  expect(store.view.time.value).toBe(1);
});

test("what nobody has looked at is counted, until it was shown for a second and somebody was there", () => {
  vi.useFakeTimers();
  const store = storeOf();
  renderWith(
    store,
    <>
      <Tabs />
      <Timeline />
    </>,
  );
  const health = screen.getByRole("button", { name: /Health/ });
  expect(health.textContent).toBe("Health3 new");
  act(() => {
    vi.advanceTimersByTime(SEEN_AFTER_MS / 2);
  });
  fireEvent.keyDown(document.body, { key: "Shift" });
  expect(health.textContent).toBe("Health3 new");
  act(() => {
    vi.advanceTimersByTime(SEEN_AFTER_MS);
  });
  expect(health.textContent).toBe("Health3 new");
  fireEvent.keyDown(document.body, { key: "Shift" });
  expect(health.textContent).toBe("Health");
  store.transient.visible.value = false;
  arrive(store, makeAlert(3));
  act(() => {
    vi.advanceTimersByTime(10 * SEEN_AFTER_MS);
  });
  fireEvent.keyDown(document.body, { key: "Shift" });
  expect(health.textContent).toBe("Health1 new");
});

test("an alert that comes is said once, and those that were there are not", () => {
  const store = storeOf();
  renderWith(store, <AlertAnnouncer />);
  const region = screen.getByRole("status");
  expect(region.textContent).toBe("");
  arrive(store, makeAlert(3, { severity: "error" }));
  expect(region.textContent).toBe("error at step 3: classes collapse at 3");
  expect(announcement([makeAlert(3), makeAlert(4, { severity: "error" })])).toBe(
    "2 new alerts. error at step 4: classes collapse at 4",
  );
  act(() => {
    store.data.index.value = { ...runIndex({ run: "digits" }), alerts: ALERTS, health: HEALTH };
  });
  expect(region.textContent).toBe("");
});

test("the list has the worst first, can be narrowed, and a click on a row goes to the map", () => {
  const store = storeOf();
  store.view.tab.value = "health";
  const { container } = renderWith(store, <AlertPanel />);
  const rows = () => [...(container as HTMLElement).querySelectorAll<HTMLElement>(".alert-row")];
  const press = (text: string) =>
    fireEvent.click(screen.getByText((_, one) => one?.textContent === text && one.tagName === "BUTTON"));
  expect(rows()[0]?.textContent).toContain("error, step 2 · fc1:input");
  expect(rows()[1]?.textContent).toContain("best 1.92, limit 1.10, since step 0 · 2 samples");
  expect(rows()[2]?.textContent).toContain("network");
  press("newest first");
  press("warning 1");
  expect(rows()).toHaveLength(1);
  press("noise 1");
  expect(screen.getByText("No alert is of all of these.")).toBeTruthy();
  press("show all");
  fireEvent.click(rows()[1]?.querySelector("button") as HTMLElement);
  expect([store.view.tab.value, store.view.time.value, store.inspect.open.value]).toEqual(["space", 1, true]);
  expect(rows()[1]?.querySelector("[aria-current]")).not.toBeNull();
});

test("what a list was narrowed to goes with the run", () => {
  const store = storeOf();
  const { container } = renderWith(store, <AlertPanel />);
  const length = () => container.querySelectorAll(".alert-row").length;
  fireEvent.click(screen.getByText((_, one) => one?.textContent === "noise 1" && one.tagName === "BUTTON"));
  expect(length()).toBe(1);
  act(() => {
    store.view.run.value = "digits";
  });
  expect(length()).toBe(3);
});

test("long lists come in pages, and the alert that is pointed out is in the first", () => {
  const many = Array.from({ length: 46 }, (_, i) => makeAlert(i));
  const store = storeOf(many);
  alerts(store).focus.value = "s.102";
  const { container } = renderWith(store, <AlertPanel />);
  const length = () => container.querySelectorAll(".alert-row").length;
  expect(length()).toBe(44);
  fireEvent.click(screen.getByText("2 more alerts"));
  expect(length()).toBe(46);
}, 20_000);

test("that there is no alert is said with what was measured, that nothing was measured with why", () => {
  const store = storeOf([]);
  const { unmount } = renderWith(store, <AlertPanel />);
  expect(screen.getByText("No alerts in 4 snapshots of 1 layer")).toBeTruthy();
  // Which rules were on is not in the log.
  expect(screen.queryByText(/a task is forgotten/)).toBeNull();
  unmount();
  renderWith(storeWith(), <AlertPanel />);
  expect(screen.getByText("Nothing was measured in this run")).toBeTruthy();
});

test("a button says how many there are and how bad the worst is, and opens the short list", () => {
  const store = storeOf();
  renderWith(store, <ShortListButton />);
  const button = screen.getByRole("button", { name: "3 alerts, the worst: error" });
  expect([button.textContent, button.getAttribute("aria-expanded")]).toEqual(["3", "false"]);
  expect(button.querySelector("svg")?.dataset.severity).toBe("error");
  act(() => {
    alerts(store).listOpen.value = true;
  });
  expect(screen.getByRole("dialog", { name: "Alerts" })).toBeTruthy();
  fireEvent.keyDown(document.body, { key: "Escape" });
  expect(alerts(store).listOpen.value).toBe(false);
});

test("the short list goes from one alert to the next beside the map that is open", () => {
  const store = storeOf();
  alerts(store).listOpen.value = true;
  renderWith(store, <ShortList />);
  fireEvent.click(within(screen.getAllByRole("listitem")[0] as HTMLElement).getByRole("button"));
  expect([store.view.time.value, store.view.tab.value, alerts(store).listOpen.value]).toEqual([
    2,
    "space",
    true,
  ]);
  fireEvent.click(screen.getByRole("button", { name: /in Health/ }));
  expect([store.view.tab.value, alerts(store).listOpen.value]).toEqual(["health", false]);
});
