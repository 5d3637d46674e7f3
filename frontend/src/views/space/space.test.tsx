import { act, fireEvent, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { UNKNOWN_CLASS } from "../../data/types";
import { frameData, framesIndex, renderWith, runIndex, samples, storeWith, UPDATED } from "../testing";
import { HoverCard } from "./hover_card";
import { LoadingMark, MARK_AFTER_MS } from "./loading_mark";
import { MapKey } from "./map_key";
import { Notices } from "./notices";
import { MapTitle } from "./space";
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

test("where the landscape would be, the key says why there is none, and why it is a stand-in", () => {
  const store = storeWith(runIndex({}, framesIndex({ landscape: [null, null, null] })));
  const layer = (more: object) => {
    const index = store.data.index.peek();
    if (index === null) throw new Error("no index");
    store.data.index.value = { ...index, layers: index.layers.map((one) => ({ ...one, ...more })) };
  };
  const { container } = renderWith(store, <MapKey />);
  expect(container.textContent).toContain("No landscape.");
  act(() => layer({ logits: false }));
  expect(container.textContent).toContain("No landscape. It was logged without logits.");
  act(() => layer({ no_logits: "The model's output has 8 columns, more than the 3 classes." }));
  expect(container.textContent).toContain("No landscape. The model's output has 8 columns");
  act(() => layer({ width: null }));
  expect(container.textContent).not.toContain("No landscape");
  const why = "The rest of the network cannot be exported: it branches on data.";
  store.data.index.value = runIndex({}, framesIndex({ landscape: ["surrogate", "surrogate", "surrogate"] }));
  act(() => layer({ no_head: why }));
  expect((screen.getByLabelText("Landscape") as HTMLSelectElement).title).toContain(why);
});

test("the key counts what is wrong, and calls a stand-in a stand-in", () => {
  const { container } = renderWith(storeWith(), <MapKey />);
  expect(container.textContent).toContain("wrong (1 of 5), ring: prediction");
  expect(container.textContent).toContain("the model's decision");
  const surrogate = framesIndex({ landscape: ["surrogate", "surrogate", "surrogate"] });
  const other = renderWith(storeWith(runIndex({}, surrogate)), <MapKey />);
  expect(other.container.textContent).toContain("fitted stand-in for the model's head");
});

test("the key says where the colours come from", () => {
  const store = storeWith();
  const { container } = renderWith(store, <MapKey />);
  expect(container.textContent).toContain("coloured by label");
  act(() => {
    store.data.samples.value = { ...samples(), labels: new Int32Array(6).fill(-1) };
  });
  expect(container.textContent).toContain("coloured by prediction");
  act(() => {
    store.putFrame(2, { ...frameData(2), prediction: new Uint16Array(6).fill(UNKNOWN_CLASS) });
  });
  expect(container.textContent).toContain("neither labels nor predictions were logged");
});

test("a map that was logged as such is not said to be a layer's", () => {
  const index = runIndex();
  const layers = index.layers.map((layer) => ({ ...layer, width: null, steps: [] }));
  const { container } = renderWith(storeWith({ ...index, layers }), <MapTitle />);
  expect(container.textContent).toBe("6 samples in fc1:input · a map as it was logged");
});

test("notices tell of flaws, of maps to come, and of silence", () => {
  const store = storeWith(runIndex({}, framesIndex({ reason: ["", "", "12 samples are not finite"] })));
  const { container } = renderWith(store, <Notices />);
  expect(container.textContent).toContain("12 samples are not finite");
  expect(container.textContent).toContain("3 of 4 epochs mapped so far");
  act(() => {
    store.data.now.value = (UPDATED + 41) * 1000;
  });
  expect(container.textContent).toContain("no update for 41 s — is training still running?");
});

test("records that could not be read are told of", () => {
  const refused = "Some records of this run could not be read. The file ends early.";
  const { container } = renderWith(storeWith(runIndex({ refused })), <Notices />);
  expect(container.textContent).toContain(refused);
  expect(renderWith(storeWith(), <Notices />).container.textContent).not.toContain("could not be read");
});

test.each([
  ["finished", true, 3],
  ["killed", false, 3600],
])("a %s run with maps missing names the command that draws them", (_, closed, age) => {
  const store = storeWith(runIndex({ closed }));
  store.data.now.value = (UPDATED + age) * 1000;
  const { container } = renderWith(store, <Notices />);
  expect(container.textContent).toContain("3 of 4 maps drawn; hidden project runs/pets draws the rest");
});

test("the command draws by the method in view, in a directory of any name", () => {
  const store = storeWith(runIndex({ closed: true }));
  const index = runIndex({ closed: true });
  store.data.index.value = {
    ...index,
    layers: index.layers.map((layer) => ({ ...layer, frames: { pca: framesIndex() } })),
  };
  store.view.run.value = "Bob's pets";
  store.view.method.value = "pca";
  const { container } = renderWith(store, <Notices />);
  expect(container.textContent).toContain("hidden project --method pca 'runs/Bob'\\''s pets' draws the rest");
});

describe("the loading mark", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const wait = (ms: number) => act(() => void vi.advanceTimersByTime(ms));

  test("names the epoch whose map is not here, once that takes noticeably long", () => {
    const store = storeWith();
    const { container } = renderWith(store, <LoadingMark />);
    act(() => {
      store.data.buffered.value = new Set([2]);
      store.seek(1);
    });
    wait(MARK_AFTER_MS - 1);
    expect(container.textContent).toBe("");
    wait(1);
    expect(container.textContent).toBe("loading epoch 1");
    act(() => store.refreshBuffered());
    expect(container.textContent).toBe("");
  });

  test("shows that playback waits, but not what failed for good", () => {
    const store = storeWith();
    const { container } = renderWith(store, <LoadingMark />);
    act(() => {
      store.data.waiting.value = true;
    });
    wait(MARK_AFTER_MS);
    expect(container.textContent).toContain("loading");
    act(() => {
      store.data.waiting.value = false;
      store.data.buffered.value = new Set();
      store.data.failed.value = new Map([[2, "Gone."]]);
    });
    wait(MARK_AFTER_MS);
    expect(container.textContent).toBe("");
  });
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

test("the card of a sample that the map lies about says so, marked or not", () => {
  const store = storeWith();
  store.putFrame(2, { ...frameData(2), kept: Uint8Array.from([34, 255, 255, 187, 255, 0]) });
  store.transient.hover.value = { index: 0, clientX: 10, clientY: 10 };
  renderWith(store, <HoverCard />);
  expect(screen.getByRole("tooltip").textContent).toContain(
    "its true neighbours are elsewhere: 2 of 15 kept",
  );
});

test("the key counts what is drawn among strangers, and marks it", () => {
  const store = storeWith();
  renderWith(store, <MapKey />);
  const button = screen.getByRole("button", { name: "mark what is drawn among strangers (1 of 6)" });
  expect(button.getAttribute("aria-pressed")).toBe("false");
  fireEvent.click(button);
  expect(store.view.markLies.value).toBe(true);
  expect(button.textContent).toBe("hollow: drawn among strangers (1 of 6)");
  act(() => store.toggleClass(0));
  expect(button.textContent).toContain("(1 of 4)");
});
