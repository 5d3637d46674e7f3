import { act, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { classesView } from "../../state/classes";
import { AnswerServer, HISTORY, LABELS } from "../../state/classes.fixture";
import type { Store } from "../../state/store";
import { training } from "../../state/training";
import { renderWith, storeWith } from "../testing";
import { placeClasses } from "./class_list";
import { panelHeight, sampleHeight } from "./class_panel";
import { ClassesTab } from "./classes_tab";
import { inSight } from "./sample_matrix";
import { markWords, nearestSnapshot } from "./words";

let store: Store;
beforeEach(() => {
  store = storeWith();
});
afterEach(() => vi.restoreAllMocks());

/** Opens the tab over what a server knows. */
async function opened(server = new AnswerServer(), sets = [server.set()]): Promise<AnswerServer> {
  training(store).put(server.client, server.index("pets", sets));
  renderWith(store, <ClassesTab />);
  await waitFor(() => expect(screen.queryByText(/asking for/)).toBeNull());
  return server;
}

const items = () => [...document.querySelectorAll<HTMLElement>(".class-item")];
const namesShown = () => items().map((item) => item.querySelector(".class-text")?.textContent);
const anomalies = () => [...document.querySelectorAll<HTMLElement>(".anomaly")];
const selected = () => [...(store.explore.selectedMask.value ?? [])].join("");

test("what stands out comes first, and leads to the class and its time", async () => {
  const server = await opened();
  expect(anomalies().map((one) => one.textContent)).toEqual([
    "epoch 6:  'cat', 3 of 4 flipped (both rules)error 0 % ↗ 75 %",
    "epoch 6:  'owl', 2 of 2 flipped (left rule)error 100 % ↘ 0 %",
  ]);
  const seek = vi.spyOn(store, "seek");
  fireEvent.click(anomalies()[0] as HTMLElement);
  expect(seek).toHaveBeenCalledWith(6);
  expect(training(store).pins.value).toEqual([6]);
  expect(screen.getByRole("button", { name: "Samples of cat" }).getAttribute("aria-expanded")).toBe("true");
  expect(await screen.findByRole("img", { name: "Answers to 4 samples, one row each" })).toBeTruthy();
  expect(server.asked.at(-1)?.search).toBe("?run=pets&v=v1&set=probe&class=0");
});

test("the rule can be changed, and what it does not find is left out", async () => {
  await opened();
  expect(namesShown()).toEqual(["owl", "dog", "cat"]);
  fireEvent.click(screen.getByRole("button", { name: "only with anomalies" }));
  expect(namesShown()).toEqual(["owl", "cat"]);
  fireEvent.input(screen.getByRole("slider", { name: /^Samples that make/ }), { target: { value: "80" } });
  expect(namesShown()).toEqual(["owl"]);
  fireEvent.input(screen.getByRole("slider", { name: /^Snapshots without/ }), { target: { value: "5" } });
  expect(namesShown()).toEqual([]);
  expect(screen.getByText(/^No anomalies:/)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "immediate change" }));
  expect(anomalies().length).toBe(2);
  expect(anomalies()[0]?.textContent).toContain("(at once)");
});

test("classes and samples are selected by their ids", async () => {
  await opened();
  fireEvent.click(screen.getByText("cat", { selector: ".class-item .class-text" }));
  await waitFor(() => expect(selected()).toBe("110000"));
  expect(store.explore.selection.value?.missing).toEqual(["x", "y"]);
  fireEvent.click(screen.getByRole("button", { name: "Samples of cat" }));
  act(() => {
    store.view.time.value = 5.5;
  });
  fireEvent.click(await screen.findByRole("button", { name: "select 3 samples wrong at epoch 6" }));
  expect([selected(), store.explore.selection.value?.missing]).toEqual(["110000", ["x"]]);
  fireEvent.click(screen.getByRole("button", { name: "select all 4" }));
  expect(store.explore.selection.value?.missing).toEqual(["x", "y"]);
  const higher = () => screen.getByRole("button", { name: /^Higher samples/ });
  for (let i = 0; i < 3; i++) fireEvent.click(higher());
  fireEvent.click(screen.getByRole("button", { name: "b" }));
  expect(selected()).toBe("010000");
  expect(screen.getByRole("button", { name: "b" }).getAttribute("aria-pressed")).toBe("true");
  expect(screen.getByRole("button", { name: "x" }).title).toBe("Space does not have this sample");
});

test("a group shows its classes alone, and the pointer tells other tabs its class", async () => {
  await opened();
  fireEvent.click(screen.getByRole("button", { name: /owl, dog$/ }));
  expect(namesShown()).toEqual(["owl", "dog"]);
  const line = document.querySelector(".class-line") as HTMLElement;
  fireEvent.pointerEnter(line);
  expect(training(store).hoverClass.value).toBe(2);
  expect(line.dataset.pointed).toBe("true");
  fireEvent.pointerLeave(line);
  expect(training(store).hoverClass.value).toBe(-1);
  fireEvent.click(screen.getByRole("button", { name: "show all" }));
  expect(namesShown().length).toBe(3);
});

test("another run's classes are beside those of the same name", async () => {
  await opened();
  const other = new AnswerServer(HISTORY, LABELS, ["owl", "wolf", "cat"]);
  act(() => {
    training(store).putOther(other.client, other.index("noisy"));
    training(store).otherRun.value = "noisy";
  });
  expect(await screen.findByRole("img", { name: "Error of cat in noisy" })).toBeTruthy();
  expect(screen.getByRole("img", { name: "noisy has no class dog" })).toBeTruthy();
  fireEvent.change(screen.getByRole("combobox", { name: "How the other run is drawn" }), {
    target: { value: "difference" },
  });
  expect(screen.queryByRole("img", { name: "Error of cat in noisy" })).toBeNull();
  expect(screen.getByText(/error less than in noisy/)).toBeTruthy();
});

describe("what there is nothing of", () => {
  test("is said of answers", async () => {
    await opened(undefined, []);
    expect(screen.getByText(/^This run has no answers over time/).textContent).toContain(
      "writer.add_outcomes(",
    );
  });
  test("is said of labels, and what was answered is shown", async () => {
    const server = new AnswerServer();
    await opened(server, [server.set({ labelled: false })]);
    expect(screen.getByText(/have no labels/)).toBeTruthy();
    expect(screen.getByRole("img", { name: "Answers to 6 samples, one row each" })).toBeTruthy();
    expect(server.asked.filter(({ pathname }) => pathname === "/flips")).toEqual([]);
  });
  test("is said of a second snapshot", async () => {
    await opened(new AnswerServer(HISTORY.map((v) => v.slice(0, 1))));
    expect(screen.getByText("Anomalies: this needs two snapshots.")).toBeTruthy();
    expect(items().length).toBe(3);
  });
  test("is said in the server's words", async () => {
    const server = new AnswerServer();
    server.instead.set("flips", () => new Response("The log cannot be read.", { status: 422 }));
    await opened(server);
    expect(screen.getByText("The log cannot be read.")).toBeTruthy();
    expect(items().length).toBe(3);
  });
});

test("of a thousand classes those in sight are rendered alone", async () => {
  const labels = Array.from({ length: 1000 }, (_, c) => c);
  const history = labels.map((c) => [c, c]);
  await opened(
    new AnswerServer(
      history,
      labels,
      labels.map((c) => `kind ${c}`),
      labels.map(String),
    ),
  );
  expect(items().length).toBeGreaterThan(10);
  expect(items().length).toBeLessThan(60);
  expect(screen.getByText("1,000 classes")).toBeTruthy();
});

test("strips are painted, and say what is under the pointer", async () => {
  const painted: [data: Uint32Array, width: number][] = [];
  vi.stubGlobal(
    "ImageData",
    class {
      constructor(bytes: Uint8ClampedArray, width: number) {
        painted.push([new Uint32Array(bytes.buffer.slice(0)), width]);
      }
    },
  );
  const context = new Proxy(
    {},
    { get: (_, name) => (name === "createLinearGradient" ? undefined : vi.fn()) },
  );
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(context as never);
  // Of 434 pixels 220 are for the names and 14 for the scroll bar.
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(434);
  await opened();
  await waitFor(() => expect(painted.length).toBeGreaterThan(4));
  expect(painted.every(([, width]) => width === 200)).toBe(true);
  const strip = screen.getByRole("img", { name: /^Error of cat/ }).closest(".heat") as HTMLElement;
  // The clock goes from 0 to 10, the triangles are at 6.
  const at = (x: number, y: number) => {
    // jsdom knows no pointer events: Preact then takes their name as it is written, and they have no place.
    fireEvent(strip, new MouseEvent("PointerMove", { clientX: x, clientY: y }));
    return strip.title;
  };
  expect(at(120, 2)).toBe(
    "epoch 6: 3 of 4 samples of 'cat' flipped after at least 3 snapshots without a change",
  );
  expect(at(121, 14)).toBe(
    "epoch 6: 3 of 4 samples of 'cat' flipped, and then did not change for at least 3 snapshots",
  );
  expect(at(18, 2)).toBe("epoch 0: error 0 %");
  expect(at(199, 2)).toBe("epoch 10: error 75 %");
  fireEvent.click(strip, { clientX: 120, clientY: 2 });
  expect(training(store).pins.value).toEqual([6]);
  vi.unstubAllGlobals();
});

test("open classes take as many slots as their samples need", () => {
  const { placed, slots } = placeClasses([4, 7, 2], new Set([7, 9]), 17, (c) => 10 * c);
  expect(placed).toEqual([
    { index: 4, slot: 0, panel: 0 },
    { index: 7, slot: 1, panel: 5 },
    { index: 2, slot: 7, panel: 0 },
  ]);
  expect(slots).toBe(8);
});

test("samples are as high as fits, and painted in pieces", () => {
  expect([10, 50, 100, 5000].map((n) => sampleHeight(n, null))).toEqual([12, 6, 3, 2]);
  expect(panelHeight(50, 16) - panelHeight(49, 16)).toBe(16);
  expect(inSight(1000, 4, 300, 700)).toEqual([64, 192]);
  expect(inSight(1000, 4, 310, 730)).toEqual([64, 192]);
  expect(inSight(10, 4, -500, -20)).toEqual([0, 0]);
});

test("words", () => {
  expect(markWords("epoch 7", "left", 31, 50, "", 1)).toBe("epoch 7: 31 of 50 samples flipped at once");
  expect([
    nearestSnapshot([0, 10, 20], 14),
    nearestSnapshot([0, 10, 20], 99),
    nearestSnapshot([], 3),
  ]).toEqual([1, 2, -1]);
  expect(classesView(store)).toBe(classesView(store));
});
