import { act, fireEvent, screen } from "@testing-library/preact";
import { expect, test } from "vitest";
import { framesIndex, renderWith, runIndex, storeWith } from "../testing";
import { Badge } from "./badge";
import { landscapeWords } from "./badge_panel";

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
  expect(panel.textContent).toContain("330 ms");
  expect(panel.textContent).toContain("iterations 60, anchor 3");
  expect(panel.textContent).not.toContain("Trustworthiness");
  expect(panel.querySelectorAll("svg.history")).toHaveLength(3);
  expect(screen.getByRole("button").getAttribute("aria-expanded")).toBe("true");
});

test("what is wrong with a map stands in its panel, and a stand-in is called one", () => {
  const frames = framesIndex({
    reason: ["", "", "12 samples are not finite"],
    landscape: ["linear", "linear", "surrogate"],
  });
  const store = storeWith(runIndex({}, frames));
  store.view.badgeOpen.value = true;
  renderWith(store, <Badge />);
  const panel = screen.getByRole("dialog");
  expect(panel.textContent).toContain("12 samples are not finite");
  expect(panel.textContent).toContain(landscapeWords("surrogate"));
});

test("there is no badge without a map", () => {
  const { container } = renderWith(storeWith(runIndex({}, null)), <Badge />);
  expect(container.textContent).toBe("");
});
