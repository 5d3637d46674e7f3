import { act, screen } from "@testing-library/preact";
import { expect, test } from "vitest";
import { framesIndex, renderWith, runIndex, storeWith, UPDATED } from "../testing";
import { HoverCard } from "./hover_card";
import { MapKey } from "./map_key";
import { Notices } from "./notices";
import { mapSummary } from "./summary";

test("the card of a wrong, held-out sample says both, its confidence and its neighbours", () => {
  const store = storeWith();
  store.transient.hover.value = { index: 3, clientX: 10, clientY: 10 };
  renderWith(store, <HoverCard />);
  const text = screen.getByRole("tooltip").textContent ?? "";
  expect(text).toContain("sample d");
  expect(text).toContain("held out");
  expect(text).toMatch(/dog→owl/);
  expect(text).toContain("62 % confident and wrong");
  expect(text).toContain("map keeps 11 of 15 of its neighbours");
});

test("the card of a sample that is predicted right names its class once", () => {
  const store = storeWith();
  store.transient.hover.value = { index: 0, clientX: 10, clientY: 10 };
  renderWith(store, <HoverCard />);
  const text = screen.getByRole("tooltip").textContent ?? "";
  expect(text.match(/cat/g)).toHaveLength(1);
  expect(text).toContain("predicted right, 100 % confident");
});

test("the card has the sample's picture when the run has pictures, and none otherwise", () => {
  const thumbnails = { tile_width: 8, tile_height: 8, columns: 3 };
  const index = runIndex();
  const store = storeWith({ ...index, probe: index.probe === null ? null : { ...index.probe, thumbnails } });
  store.transient.hover.value = { index: 4, clientX: 10, clientY: 10 };
  const { container } = renderWith(store, <HoverCard />);
  expect(container.querySelector(".tile")).toBeNull();
  act(() => {
    store.data.thumbnailsUrl.value = "thumbs.png";
  });
  expect((container.querySelector(".tile") as HTMLElement).style.backgroundPosition).toBe("-72px -72px");
});

test("the card turns to the other side near the window's edges and goes when the pointer leaves", () => {
  const store = storeWith();
  store.transient.hover.value = { index: 0, clientX: window.innerWidth - 5, clientY: window.innerHeight - 5 };
  const { container } = renderWith(store, <HoverCard />);
  expect(screen.getByRole("tooltip").style.transform).toContain("translate(-100%, -100%)");
  act(() => {
    store.transient.hover.value = null;
  });
  expect(container.textContent).toBe("");
});

test("the key counts what is wrong, and calls a stand-in a stand-in", () => {
  const { container } = renderWith(storeWith(), <MapKey />);
  expect(container.textContent).toContain("wrong (1 of 5)");
  expect(container.textContent).toContain("what the model decides");
  const surrogate = framesIndex({ landscape: ["surrogate", "surrogate", "surrogate"] });
  const other = renderWith(storeWith(runIndex({}, surrogate)), <MapKey />);
  expect(other.container.textContent).toContain("fitted stand-in for the model's head");
});

test("notices tell of flaws, of maps to come, and of silence", () => {
  const store = storeWith(runIndex({}, framesIndex({ reason: ["", "", "12 samples are not finite"] })));
  store.data.now.value = (UPDATED + 41) * 1000;
  const { container } = renderWith(store, <Notices />);
  expect(container.textContent).toContain("12 samples are not finite");
  expect(container.textContent).toContain("3 of 4 epochs mapped so far");
  expect(container.textContent).toContain("no update for 41 s — is training still running?");
});

test("a frame that failed and a server that is gone can be tried again", () => {
  const store = storeWith();
  store.data.failed.value = new Map([[2, "Gone."]]);
  store.data.offline.value = { message: "Refused.", url: "index" };
  const { container } = renderWith(store, <Notices />);
  expect(container.textContent).toContain("epoch 2: Gone.");
  expect(container.textContent).toContain("Refused.");
  expect(screen.getAllByRole("button", { name: "Try again" })).toHaveLength(2);
});

test("the map in one sentence, of the nearest true epoch", () => {
  const store = storeWith();
  store.seek(1.3);
  expect(mapSummary(store)).toBe(
    "Map of 6 samples in 3 classes by layer fc1:input at epoch 1; the model classifies 60 % of them rightly; " +
      "the map keeps 31 % of their neighbours.",
  );
});
