import { act, fireEvent, screen } from "@testing-library/preact";
import { expect, test } from "vitest";
import { makeLandscape } from "../../data/codec.fixture";
import type { LandscapeData } from "../../data/types";
import { stageOptions } from "../../gl/stage_options";
import { renderWith, runIndex, storeWith } from "../testing";
import { nextLandscape } from "./landscape_choice";
import { MapKey } from "./map_key";
import { DrawnOutline, Tools } from "./tools";

const button = (name: RegExp) => screen.getByRole("button", { name }) as HTMLButtonElement;

test("the tool is chosen by button or key, and not while one types", () => {
  const store = storeWith();
  const { container } = renderWith(
    store,
    <>
      <input />
      <Tools />
    </>,
  );
  const { tool } = stageOptions(store);
  fireEvent.click(button(/lasso \(2\)/));
  expect(tool.value).toBe("lasso");
  expect(button(/lasso \(2\)/).getAttribute("aria-pressed")).toBe("true");
  fireEvent.keyDown(document.body, { key: "3" });
  expect(tool.value).toBe("box");
  fireEvent.keyDown(document.body, { key: "1", ctrlKey: true });
  fireEvent.keyDown(container.querySelector("input") as HTMLElement, { key: "1" });
  expect(tool.value).toBe("box");
  fireEvent.keyDown(document.body, { key: "1" });
  expect(tool.value).toBe("pan");
});

test("what needs a selection waits for one, and can be turned off without it", () => {
  const store = storeWith();
  renderWith(store, <Tools />);
  expect(button(/where the selection has been/).disabled).toBe(true);
  expect(button(/Keep the view/).disabled).toBe(true);
  act(() => store.explore.selectRows(Uint32Array.of(1), "replace"));
  fireEvent.click(button(/Show where the selection/));
  fireEvent.click(button(/Keep the view/));
  act(() => store.explore.clearSelection());
  fireEvent.click(button(/Hide where the selection/));
  fireEvent.click(button(/Let the view go/));
  expect(stageOptions(store).trails.value).toBe(false);
  expect(stageOptions(store).pinned.value).toBe(false);
});

test("density goes by classes, by count, and away again; fitting waits for a moved view", () => {
  const store = storeWith();
  renderWith(store, <Tools />);
  const { density } = stageOptions(store);
  const seen = [];
  for (let i = 0; i < 3; i++) {
    fireEvent.click(screen.getByRole("button", { name: /^Draw/ }));
    seen.push(density.value);
  }
  expect(seen).toEqual(["classes", "count", "off"]);
  expect(button(/Fit the map/).disabled).toBe(true);
  act(() => {
    store.view.camera.value = { x: 0, y: 0, zoom: 2 };
  });
  fireEvent.click(button(/Fit the map/));
  expect(store.view.camera.value).toBeNull();
});

test("the outline is there while it is drawn", () => {
  const store = storeWith();
  const { container } = renderWith(store, <DrawnOutline />);
  expect(container.innerHTML).toBe("");
  act(() => {
    stageOptions(store).drawn.value = [
      [1, 2],
      [30.26, 4],
    ];
  });
  expect(container.querySelector("polygon")?.getAttribute("points")).toBe("1.0,2.0 30.3,4.0");
});

test("the key says what the landscape shows, and turns it over", () => {
  const store = storeWith(runIndex());
  const { container } = renderWith(store, <MapKey />);
  const list = screen.getByLabelText("Landscape") as HTMLSelectElement;
  expect([...list.options].map(({ value, disabled }) => [value, disabled])).toEqual([
    ["class", false],
    ["confidence", false],
    ["entropy", false],
    ["off", false],
  ]);
  fireEvent.change(list, { target: { value: "entropy" } });
  expect(stageOptions(store).landscapeBy.value).toBe("entropy");
  expect((container.querySelector(".key-plane") as HTMLElement).style.background).toContain("gradient");
  expect(list.selectedOptions[0]?.text).toContain("from certain to guessing");
});

test("entropy cannot be chosen where the map is from before there was any", () => {
  const store = storeWith(runIndex());
  renderWith(store, <MapKey />);
  const at = store.derived.nearestFrame.value;
  const key = store.derived.keys.value[at] as string;
  const old = makeLandscape(2, () => [0, 255, 255]);
  const option = () => (screen.getByLabelText("Landscape") as HTMLSelectElement).options[2];
  const put = (landscape: LandscapeData) =>
    act(() => {
      store.cache.putLandscape(key, landscape);
      store.data.bufferedLandscapes.value = new Set([at]);
    });
  put(old);
  expect([option()?.disabled, option()?.text]).toEqual([true, expect.stringContaining("older version")]);
  const gone = [];
  for (let i = 0; i < 3; i++) {
    nextLandscape(store);
    gone.push(stageOptions(store).landscapeBy.value);
  }
  expect(gone).toEqual(["confidence", "off", "class"]);
  put({ ...old, entropy: new Uint8Array(4) });
  expect(option()?.disabled).toBe(false);
});

test("the key does not speak of labels and rings when samples have colours of their own", () => {
  const store = storeWith(runIndex());
  const { container } = renderWith(store, <MapKey />);
  expect(container.textContent).toContain("ring: prediction");
  act(() => {
    store.colouring.by.value = "conf";
  });
  expect(container.textContent).not.toContain("coloured by label");
  expect(container.textContent).not.toContain("ring: prediction");
});
