import { act, fireEvent, screen, within } from "@testing-library/preact";
import { expect, test } from "vitest";
import type { FramesIndex } from "../../data/types";
import { framesIndex, renderWith, runIndex, storeWith } from "../testing";
import { Badge } from "./badge";
import { landscapeWords, methodWords } from "./map_facts";
import { densityAt } from "./probe_size";

test("the line follows the nearest map and never interpolates a measurement", () => {
  const store = storeWith();
  renderWith(store, <Badge />);
  const badge = screen.getByRole("button");
  expect(badge.textContent).toContain("map keeps 53 % of neighbours (chance 0.8 %)");
  expect(badge.textContent).toContain("decides as the model on 96 % held out");
  act(() => store.seek(1.4));
  expect(badge.textContent).toContain("map keeps 31 %");
});

test("a click opens every number with its meaning, its history and how the map was made", () => {
  const store = storeWith();
  renderWith(store, <Badge />);
  fireEvent.click(screen.getByRole("button"));
  const panel = screen.getByRole("dialog", { name: "How faithful this map is" });
  expect(panel.textContent).toContain("Neighbours kept");
  expect(panel.textContent).toContain("largest class 12 %");
  expect(panel.textContent).toContain("the 15 nearest, the sample itself not counted");
  expect(panel.textContent).toContain("hidden · 60 warm iterations · anchor 3 · 290 ms of processor time");
  expect(panel.textContent).not.toContain("Trustworthiness");
  expect(panel.querySelectorAll("svg.history")).toHaveLength(3);
  expect(screen.getByRole("button", { expanded: true }).textContent).toContain("map keeps");
});

test("what is wrong with a map stands in its panel, and a stand-in is called one", () => {
  const frames = framesIndex({
    reason: ["", "", "12 samples are not finite"],
    landscape: ["linear", "linear", "surrogate"],
  });
  const index = runIndex({}, frames);
  const why = "The rest of the network cannot be exported: it branches on data.";
  const store = storeWith({ ...index, layers: index.layers.map((layer) => ({ ...layer, no_head: why })) });
  store.view.badgeOpen.value = true;
  renderWith(store, <Badge />);
  const panel = screen.getByRole("dialog");
  expect(panel.textContent).toContain("12 samples are not finite");
  expect(panel.textContent).toContain(`${landscapeWords("surrogate")} · ${why}`);
});

test("a probe whose size was measured says how it was chosen, and another one does not", () => {
  const density = {
    layer: "fc",
    candidates: 4000,
    neighbour: 20,
    sizes: [250, 1000, 4000],
    relative: [0.5, 0.7, 1],
    knee: 1600,
    published_ratio: 0.4,
  };
  expect(densityAt(density, 2000)).toBeCloseTo(0.85);
  expect(densityAt(density, 250)).toBe(0.5);
  expect(densityAt(density, 9000)).toBe(1);
  const index = runIndex();
  const probe = index.probe && { ...index.probe, count: 2000 };
  for (const known of [null, density]) {
    const store = storeWith({ ...index, probe: probe && { ...probe, density: known } });
    store.view.badgeOpen.value = true;
    const { container, unmount } = renderWith(store, <Badge />);
    const words = "2,000 of 4,000; relative density .85 in fc";
    expect(container.textContent?.includes(words)).toBe(known !== null);
    unmount();
  }
});

test("there is no badge without a map", () => {
  const { container } = renderWith(storeWith(runIndex({}, null)), <Badge />);
  expect(container.textContent).toBe("");
});

/** The panel over the made-up run with more or other numbers. */
function panelWith(faithfulness: FramesIndex["faithfulness"], settings?: FramesIndex["settings"]) {
  const made = framesIndex({ ...(settings && { settings }) });
  const index = runIndex({}, { ...made, faithfulness: { ...made.faithfulness, ...faithfulness } });
  const store = storeWith(index);
  store.view.badgeOpen.value = true;
  renderWith(store, <Badge />);
  return { store, panel: screen.getByRole("dialog") };
}

test("what must not be believed stands on the badge in words, with a shape of its own", () => {
  const store = storeWith();
  renderWith(store, <Badge />);
  const badge = screen.getByRole("button");
  expect(badge.textContent).not.toContain("background wrong");
  act(() => store.seek(0));
  expect(badge.textContent).toContain("background wrong on 50 % of held-out samples");
  expect(badge.querySelector(".badge-doubts svg")).not.toBeNull();
});

test("measures that come later have rows, unknown ones are passed over, missing ones leave no hole", () => {
  const { panel } = panelWith({
    boundary: [null, 0.4, 0.62],
    boundary_floor: [null, 0.02, 0.02],
    fragments: [0.1, 0.05, 0.03],
    shoe_size: [41, 42, 43],
    trust: [null, null, null],
  });
  const rows = within(panel).getAllByRole("heading", { level: 3 });
  expect(rows.map((row) => row.textContent)).toEqual([
    "Neighbours kept",
    "Decides as the model",
    "Boundary kept",
    "Unproven regions",
    "Needless motion",
  ]);
  expect(within(panel).getByRole("img", { name: "Boundary kept: 62 %, chance 2 %" })).toBeTruthy();
  expect(panel.textContent).not.toContain("43");
});

test("chance is a mark on the track, at its own share of it", () => {
  const { panel } = panelWith({});
  const track = within(panel).getByRole("img", { name: "Decides as the model: 96 %, largest class 12 %" });
  const width = Number(track.getAttribute("width"));
  expect(Number(track.querySelector(".track-floor")?.getAttribute("x1")) / width).toBeCloseTo(0.12);
  expect(Number(track.querySelector(".track-value")?.getAttribute("width")) / width).toBeCloseTo(0.96);
});

test("a press on a history goes to the epoch under the pointer", () => {
  // Preact lowers an event's name when the element has its handler property; jsdom lacks those of pointers.
  for (const name of ["onpointerdown", "onpointermove"]) {
    Object.defineProperty(SVGElement.prototype, name, { value: null, writable: true, configurable: true });
  }
  const { store, panel } = panelWith({});
  const history = within(panel).getByRole("img", { name: "Neighbours kept over training" });
  history.setPointerCapture = () => undefined;
  const at = (type: string, share: number, buttons: number) =>
    act(() => {
      const clientX = share * Number(history.getAttribute("width"));
      history.dispatchEvent(new MouseEvent(type, { bubbles: true, clientX, buttons }));
    });
  at("pointerdown", 0.4, 1);
  expect(store.view.time.value).toBe(1);
  expect(store.view.follow.value).toBe(false);
  at("pointermove", 0.1, 1);
  expect(store.view.time.value).toBe(0);
  // A pointer that only passes by goes nowhere.
  at("pointermove", 1, 0);
  expect(store.view.time.value).toBe(0);
});

test("a map that is shared with other runs says so, and not among its settings", () => {
  const { panel } = panelWith({}, [{ warm_iterations: 60, joint: "pets/noisy, pets/clean" }]);
  expect(panel.textContent).toContain("map shared with pets/noisy, pets/clean");
  expect(panel.textContent).not.toContain("joint");
});

test("settings read as words", () => {
  expect(methodWords("hidden", { cold_iterations: 1200, radius: 10, metric: "cosine" })).toBe(
    "hidden · 1,200 cold iterations · radius 10 · metric cosine",
  );
  expect(methodWords("logged", {})).toBe("logged");
});

test("the switch says how many samples the map lies about and what that takes", () => {
  const { store, panel } = panelWith({});
  expect(panel.textContent).toContain(
    "1 of 6 points are drawn among strangers: of their 15 true neighbours the map keeps 2 or fewer",
  );
  fireEvent.click(within(panel).getByRole("checkbox"));
  expect(store.view.markLies.value).toBe(true);
});

test("where neighbours were not measured nothing is called a lie", () => {
  const { panel } = panelWith({ neighbours: [null, null, null] });
  expect(within(panel).queryByRole("checkbox")).toBeNull();
});
