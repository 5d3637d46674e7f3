import { act, fireEvent, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LEAN } from "../../charts/cube_geometry";
import { Client } from "../../data/client";
import { classesView } from "../../state/classes";
import { cubeView } from "../../state/cube";
import { layers } from "../../state/layers";
import type { Store } from "../../state/store";
import { type Training, training } from "../../state/training";
import { renderWith, storeWith } from "../testing";
import { CubeTab } from "./cube_tab";
import { INDEX, MATRIX, SET, Server } from "./server.fixture";

let server: Server;
let store: Store;
let log: Training;
beforeEach(() => {
  localStorage.clear();
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1200);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  server = new Server();
  store = storeWith();
  store.view.tab.value = "cube";
  log = training(store);
});
afterEach(() => vi.restoreAllMocks());

async function opened(): Promise<void> {
  log.put(new Client({ fetch: server.fetch, base: "http://here/" }), server.index);
  renderWith(store, <CubeTab />);
  await settle();
}

/** Preact listens for pointers in this spelling where, as in jsdom, elements know no such events. */
const pointer = (target: Element, what: "over" | "move", init: MouseEventInit = {}) =>
  fireEvent(
    target,
    new MouseEvent(what === "over" ? "PointerOver" : "PointerMove", { bubbles: true, ...init }),
  );
const settle = () => act(() => new Promise((resolve) => setTimeout(resolve, 30)));
const cell = (label: RegExp) => screen.getByRole("button", { name: label });

describe("the cells", () => {
  test("that chance explains look and sound different from those that stand out", async () => {
    await opened();
    expect(cell(/^conv2 and 'owl'/).dataset.kind).toBe("stands");
    expect(cell(/^conv2 and 'owl'/).title).toMatch(/6 marks of 2 filters .* stands out/);
    expect(cell(/^conv2 and 'cat'/).dataset.kind).toBe("chance");
    expect(cell(/^conv2 and 'cat'/).title).toMatch(/chance alone gives as many in \.40 of shifts$/);
    expect(cell(/^stem and 'cat'/).dataset.kind).toBe("none");
    expect(screen.getByText("1 of 6 cells stands out.")).toBeTruthy();
    expect(screen.getByText("About 5 % of those are expected to be wrong.")).toBeTruthy();
    expect(screen.getByText(/1 layer without a mark left out/)).toBeTruthy();
  });

  test("point at their layer and class everywhere, by pointer and by keys", async () => {
    await opened();
    pointer(cell(/^conv2 and 'cat'/), "over");
    expect([log.hoverLayer.value, log.hoverClass.value]).toEqual([2, 0]);
    // On the front, on top, and twice on the right.
    expect(document.querySelectorAll(".cube-band").length).toBe(4);
    cell(/^conv2 and 'owl'/).focus();
    fireEvent.keyDown(document.activeElement as Element, { key: "ArrowDown" });
    expect(document.activeElement?.getAttribute("aria-label")).toMatch(/^stem and 'owl'/);
    expect([log.hoverLayer.value, log.hoverClass.value]).toEqual([0, 2]);
  });

  test("what a click takes away is pointed at no more", async () => {
    await opened();
    const name = document.querySelector(".cube-class") as HTMLElement;
    fireEvent.pointerEnter(name);
    expect(log.hoverClass.value).toBeGreaterThanOrEqual(0);
    fireEvent.click(name);
    expect([store.view.tab.value, log.hoverClass.value]).toEqual(["classes", -1]);
  });

  test("a click keeps one in focus, and leads to its class and its layer", async () => {
    await opened();
    fireEvent.click(cell(/^conv2 and 'owl'/));
    expect(cubeView(store).focus.value).toEqual({ layer: 2, class: 2 });
    fireEvent.click(screen.getByText("see its samples"));
    expect(store.view.tab.value).toBe("classes");
    expect(classesView(store).open.value).toEqual(new Set([2]));
  });
});

describe("the faces", () => {
  test("have the classes in the matrix's order and the layers that have marks", async () => {
    await opened();
    const names = (of: string) => [...document.querySelectorAll(of)].map(({ textContent }) => textContent);
    expect(names(".cube-front .cube-name")).toEqual(["conv2", "stem"]);
    expect(names(".cube-class")).toEqual(["owl", "cat"]);
    for (const title of document.querySelectorAll<HTMLElement>(".cube-title")) {
      expect(title.title).toMatch(/Trouble: /);
    }
  });

  test("a pointer on top is at the time that its leaning line stands for", async () => {
    await opened();
    const strip = document.querySelector(".cube-top canvas") as HTMLCanvasElement;
    vi.spyOn(strip, "getBoundingClientRect").mockReturnValue(new DOMRect(300, 100, 500, 20));
    const width = Number.parseFloat(strip.style.width);
    pointer(strip, "move", { clientX: 300 + 0.5 * width + 12 * LEAN, clientY: 108 });
    // Twelve rows from 0 to 5, and the last of them lasts as long as the others.
    const whole = 5 + 5 / 11;
    expect(log.hover.value).toBeCloseTo(0.5 * whole);
    fireEvent.click(strip, { clientX: 300 + 0.2 * width, clientY: 120 });
    expect(store.view.time.value).toBeCloseTo(0.2 * whole);
  });

  test("names lead to the other tabs", async () => {
    await opened();
    const reveal = vi.spyOn(layers(store), "reveal");
    fireEvent.click(screen.getByText("stem"));
    expect([store.view.tab.value, reveal.mock.calls]).toEqual(["layers", [[0]]]);
  });

  test("a layer opens to its mini-sets, whose marks pin their time", async () => {
    await opened();
    fireEvent.click(screen.getByRole("button", { name: "Mini-sets of conv2" }));
    await settle();
    expect(screen.getByText("2: 1, 3")).toBeTruthy();
    const marks = [...document.querySelectorAll<HTMLElement>(".cube-mark")];
    // Owl at 2 and 4, cat at 4.
    expect(marks.map(({ dataset }) => [dataset.class, dataset.kind])).toEqual([
      ["2", "stands"],
      ["2", "stands"],
      ["0", "chance"],
    ]);
    fireEvent.click(marks[1] as HTMLElement);
    expect(log.pins.value).toEqual([4]);
    expect(cubeView(store).focus.value).toEqual({ layer: 2, class: 2 });
    fireEvent.click(marks[1] as HTMLElement);
    expect(log.pins.value).toEqual([4]);
    // The other layer stays closed, and its cells stay.
    expect(cell(/^stem and 'owl'/)).toBeTruthy();
  });
});

test("flat: numbers in the cells, and the strips of what is in focus", async () => {
  await opened();
  fireEvent.click(screen.getByRole("button", { name: "flat" }));
  expect(cell(/^conv2 and 'owl'/).textContent).toBe("6");
  expect(cell(/^stem and 'cat'/).textContent).toBe("");
  expect(screen.queryByRole("img", { name: /^Error of 'owl'/ })).toBeNull();
  fireEvent.click(cell(/^conv2 and 'owl'/));
  await settle();
  expect(screen.getByRole("img", { name: /^Error of 'owl'.* anomalies at epoch 2, 4$/ })).toBeTruthy();
  expect(screen.getByRole("img", { name: /^conv2: largest change of a filter/ })).toBeTruthy();
});

describe("where there is nothing", () => {
  const note = () => document.querySelector(".training-note")?.textContent;

  test("it says why and what to do", async () => {
    server.index = { ...INDEX, parameters: null };
    await opened();
    expect(note()).toMatch(/no training log .* training_log=True/);
    await act(() =>
      log.put(new Client({ fetch: server.fetch, base: "http://here/" }), { ...INDEX, v: "2", answers: [] }),
    );
    expect(note()).toMatch(/add_outcomes/);
    const unlabelled = [{ ...SET, labelled: false }];
    await act(() =>
      log.put(new Client({ fetch: server.fetch, base: "http://here/" }), {
        ...INDEX,
        v: "3",
        answers: unlabelled,
      }),
    );
    expect(note()).toMatch(/have no labels/);
  });

  test("no class at this k and threshold: both can be changed right there", async () => {
    server.matrix = { ...MATRIX, classes: [], count: [], marks: [], p: [], q: [], layers: [], anomalies: {} };
    await opened();
    expect(note()).toBe("No class has two anomalous snapshots at k = 3 and 10 %. Lower θ or k.");
    server.matrix = MATRIX;
    fireEvent.change(screen.getByLabelText("k: snapshots without a change"), { target: { value: "2" } });
    await settle();
    expect(classesView(store).kWish.value).toBe(2);
    expect(
      server.asked
        .filter(({ pathname }) => pathname === "/matrix")
        .at(-1)
        ?.searchParams.get("k"),
    ).toBe("2");
    expect(cell(/^conv2 and 'owl'/)).toBeTruthy();
  });
});
