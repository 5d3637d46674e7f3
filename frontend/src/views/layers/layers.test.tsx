import { act, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { beforeEach, expect, test, vi } from "vitest";
import { Client } from "../../data/client";
import { layers } from "../../state/layers";
import type { Store } from "../../state/store";
import { training } from "../../state/training";
import { renderWith, runIndex, storeWith } from "../testing";
import { grouped } from "./findings";
import { BIAS, DEAD, index, LAYERS, layer, ROWS, Server } from "./layers.fixture";
import { LayersTab } from "./layers_tab";

let server: Server;
let store: Store;
let client: Client;

beforeEach(() => {
  // The page is laid out as if it were this wide; jsdom lays out nothing.
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1000);
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  server = new Server();
  client = new Client({ fetch: server.fetch, base: "http://localhost/", retryDelaysMs: [] });
  store = storeWith(runIndex());
  store.view.tab.value = "layers";
  training(store).put(client, index("pets", LAYERS));
});

const names = () => [...document.querySelectorAll(".layers-label")].map((label) => label.textContent);
const row = (label: string) => {
  const found = [...document.querySelectorAll<HTMLElement>(".layers-row")].find(
    (one) => one.querySelector(".layers-label")?.textContent === label,
  );
  if (found === undefined) throw new Error(`there is no row ${label}`);
  return found;
};

async function opened(): Promise<void> {
  renderWith(store, <LayersTab />);
  await screen.findByText(/things? stands? out|Nothing stands out/);
  await waitFor(() => expect(server.of("series").length).toBeGreaterThan(1));
}

test("the tree opens and closes, and all rows are asked for at once", async () => {
  await opened();
  expect(names()).toEqual(["whole network", "stem", "weight", "bias", "head", "weight", "bias"]);
  const asked = server.of("series").filter((query) => query.get("width") !== "2000");
  expect(asked.map((query) => query.get("places"))).toEqual(["4,5,0,1,6,2,3"]);
  expect(asked[0]?.get("statistics")).toBe("l2");
  fireEvent.click(screen.getByRole("button", { name: "stem: close" }));
  expect(names()).toEqual(["whole network", "stem", "head", "weight", "bias"]);
  expect(screen.getByRole("button", { name: "stem: open" }).getAttribute("aria-expanded")).toBe("false");
  fireEvent.click(screen.getByRole("button", { name: "stages" }));
  expect(names()).toEqual(["whole network", "stem", "head"]);
});

test("a strip has the numbers of its own place, in words, and at the time that is shown", async () => {
  await opened();
  await waitFor(() => expect(row("stem").querySelector(".layers-now")?.textContent).toBe("5"));
  expect(within(row("head")).getByRole("img", { name: "gradients, l2 of head: 6 at the end" })).toBeTruthy();
  act(() => {
    training(store).hover.value = 99;
  });
  expect(row("stem").querySelector(".layers-now")?.textContent).toBe("");
});

test("a dead layer is told of first, and leads to the layer and its time", async () => {
  const spike = {
    ...DEAD,
    place: 0,
    name: "stem.weight",
    kind: "spike",
    first_row: 1,
    sentence: "stem.weight: leaps.",
  };
  server.findings = [spike, DEAD, { ...DEAD, place: 3, name: "head.bias" }];
  layers(store).open("stages");
  layers(store).what.value = "weights";
  await opened();
  expect(screen.getByText("2 things stand out")).toBeTruthy();
  const list = screen.getAllByRole("button").filter((button) => button.classList.contains("layers-finding"));
  expect(list[0]?.textContent).toContain("head.weight: all gradients are zero");
  expect(list[0]?.textContent).toContain("The same in 1 more layer at once.");
  expect(row("head").querySelector(".layers-count")?.textContent).toBe("▼2");
  fireEvent.click(list[0] as HTMLElement);
  expect(names()).toContain("weight");
  expect(row("weight").dataset.wanted).toBe("true");
  expect(store.view.time.value).toBe(DEAD.time);
  expect(layers(store).what.value).toBe("gradients");
});

test("nothing standing out is said, too", async () => {
  server.findings = [];
  await opened();
  expect(screen.getByText(/Nothing stands out/)).toBeTruthy();
});

test("what a layer is, why it has no picture, and what was not logged", async () => {
  await opened();
  const [, head] = [...document.querySelectorAll<HTMLElement>(".layers-label")].filter(
    ({ textContent }) => textContent === "weight",
  );
  expect(head?.title).toMatch(/^head\.weight: 3 × 2 · 3 filters · also known as tied\.weight\n/);
  expect(screen.getByText("frozen: it gets no gradients")).toBeTruthy();
  expect(screen.getByText(/Not logged: huge\.weight \(It is sharded/)).toBeTruthy();
  fireEvent.change(screen.getByRole("combobox", { name: "What is shown" }), { target: { value: "change" } });
  expect(screen.getAllByText("has no filters").length).toBe(2);
  expect(screen.getByText("0.01 %")).toBeTruthy();
  await waitFor(() => expect(server.of("series").at(-1)?.get("array")).toBe("bands"));
});

test("filters of a layer take the place of its strip, and say what they are", async () => {
  await opened();
  fireEvent.click(screen.getByRole("button", { name: "Filters of stem.weight" }));
  const picture = await screen.findByRole("img", { name: "Change of each of the 3 filters of stem.weight" });
  expect(server.of("filters").at(-1)?.get("layer")).toBe("0");
  act(() => {
    training(store).hover.value = 5.5;
  });
  const number = screen.getByRole("spinbutton", { name: "Number of a filter of stem.weight to outline" });
  fireEvent.input(number, { target: { value: "1" } });
  // Code 32,769 is 2^-0.0; others did not change.
  await screen.findByText("filter 1, step 50: change 1");
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 780, 24));
  // The page of the tests has no pointer events with a place, and Preact takes them for events of its own name.
  fireEvent(picture, new MouseEvent("PointerMove", { bubbles: true, clientX: 10, clientY: 23 }));
  act(() => {
    training(store).hover.value = 5.5;
  });
  await screen.findByText("filter 2, step 50: change 0");
  fireEvent.input(number, { target: { value: "17" } });
  expect(layers(store).outlined.value).toBeNull();
});

test("filters that changed most at the pins, and whether that is rare", async () => {
  training(store).pins.value = [5.2, 400];
  layers(store).open("stages");
  await opened();
  await screen.findByText("rare, q = .003");
  expect(screen.getByText("not rare, q = .400")).toBeTruthy();
  expect(server.of("top").map((query) => query.get("rows"))).toEqual(["5"]);
  fireEvent.click(screen.getByRole("button", { name: "head.weight · 1" }));
  expect(layers(store).outlined.value).toEqual({ layer: "head.weight", filter: 1 });
  await screen.findByRole("img", { name: /3 filters of head\.weight/ });
});

test("another run stands below this one where it has the layer, or is taken from it", async () => {
  const state = training(store);
  act(() => {
    state.otherRun.value = "digits";
    state.putOther(client, index("digits", [layer("head.weight"), layer("stem.weight")]));
  });
  await opened();
  // stem of the other run is its fourth place.
  await waitFor(() => {
    expect(within(row("stem")).getByRole("img", { name: /of stem in digits: 4 at the end/ })).toBeTruthy();
  });
  expect(within(row("stem")).getByRole("img", { name: /of stem in pets: 5 at the end/ })).toBeTruthy();
  expect(within(row("bias")).getByText("digits has no layer of this name")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "log" }));
  fireEvent.change(screen.getByRole("combobox", { name: "Two runs as" }), {
    target: { value: "difference" },
  });
  await waitFor(() => {
    expect(within(row("stem")).getByRole("img", { name: /of stem in pets: 1 at the end/ })).toBeTruthy();
  });
  expect(within(row("stem")).getAllByRole("img").length).toBe(1);
});

test("a zoomed window is asked for by its rows, once the clock is known", async () => {
  await opened();
  act(() => {
    training(store).show(2, 3);
  });
  await waitFor(() => expect(server.of("series").some((query) => query.has("start"))).toBe(true));
  const query = server.of("series").find((one) => one.has("start"));
  expect(Number(query?.get("start"))).toBeLessThanOrEqual(2);
  expect(Number(query?.get("stop"))).toBeGreaterThanOrEqual(3);
  expect(Number(query?.get("stop"))).toBeLessThan(ROWS);
});

test("pointing at a layer is known to other pictures", async () => {
  await opened();
  fireEvent.pointerEnter(row("bias"));
  expect(training(store).hoverLayer.value).toBe(1);
  expect(row("bias").dataset.pointed).toBe("true");
  fireEvent.pointerLeave(row("bias"));
  expect(training(store).hoverLayer.value).toBe(-1);
});

test("a long tree has only the rows that can be seen, and asks for blocks of them", async () => {
  const many = Array.from({ length: 150 }, (_, i) => [
    layer(`b${i}.weight`),
    layer(`b${i}.bias`, BIAS),
  ]).flat();
  training(store).put(client, index("pets", many, "2"));
  layers(store).open("layers");
  await opened();
  expect(document.querySelectorAll(".layers-row").length).toBeLessThan(60);
  expect(layers(store).rows().length).toBe(451);
  const list = document.querySelector<HTMLElement>(".layers-list");
  expect(Number.parseInt(list?.style.height ?? "", 10)).toBe(451 * 31);
  for (const query of server.of("series"))
    expect(query.get("places")?.split(",").length).toBeLessThanOrEqual(48);
});

test("a run without a log says how to have one, and a server that fails what it said", async () => {
  training(store).put(client, { ...index("pets", []), v: "3", parameters: null });
  renderWith(store, <LayersTab />);
  expect(
    screen.getByText(/writer\.watch\(model, probe, optimizer=optimizer, training_log=True\)/),
  ).toBeTruthy();
});

test("a failure is said once and does not ask for ever", async () => {
  const fetch = vi.fn(async () => new Response("The log is gone.", { status: 410 }));
  const failing = new Client({ fetch, base: "http://localhost/", retryDelaysMs: [] });
  training(store).put(failing, index("pets", LAYERS, "4"));
  renderWith(store, <LayersTab />);
  await waitFor(() => expect(screen.getAllByText("The log is gone.").length).toBeGreaterThan(0));
  const before = fetch.mock.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(fetch.mock.calls.length).toBe(before);
});

test("the same at the same row is one finding, of one layer it is not", () => {
  const groups = grouped([DEAD, { ...DEAD, place: 0 }, { ...DEAD, first_row: 4 }, DEAD]);
  expect(groups.map(({ others }) => others.length)).toEqual([1, 0]);
});
