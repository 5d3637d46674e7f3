import { effect } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { type ClassesView, classesView } from "./classes";
import { AnswerServer, HISTORY, LABELS } from "./classes.fixture";
import { Store } from "./store";
import { type Training, training } from "./training";

let store: Store;
let state: Training;
let view: ClassesView;
let server: AnswerServer;
let stop: () => void;

beforeEach(() => {
  store = new Store();
  state = training(store);
  view = classesView(store);
  server = new AnswerServer();
  store.data.samples.value = {
    ids: ["a", "b", "c", "d", "e"],
    labels: Int32Array.of(0, 0, 1, 1, 2),
    texts: null,
    columns: [],
  };
  // As a view would, that is on screen all along.
  stop = effect(() => {
    void [view.ranked.value, view.shown.value, view.whole.value, view.mostShare.value, view.otherClass.value];
  });
});
afterEach(() => stop());

/** Shows the log, and waits for what is asked. */
async function shown(of: AnswerServer = server): Promise<void> {
  state.put(of.client, of.index("pets"));
  await vi.waitFor(() => expect(view.flips.value.value ?? view.flips.problem.value).not.toBe(null));
  await vi.waitFor(() => expect(view.log.value.value).not.toBeNull());
}

const selected = () => [...(store.explore.selection.value?.mask ?? [])].join("");

test("the same object over one store", () => {
  expect(classesView(store)).toBe(view);
});

describe("anomalies", () => {
  it("are found with the defaults for the log's length", async () => {
    await shown();
    expect([view.k.value, view.theta.value, view.threshold.value]).toEqual([
      3,
      { unit: "share", value: 0.1 },
      2,
    ]);
    expect(view.found.value).toEqual([
      { class: 0, snapshot: 3, left: 3, right: 3 },
      { class: 2, snapshot: 3, left: 2, right: 0 },
    ]);
    expect(view.anomalies.value).toEqual(
      new Map([
        [0, [3]],
        [2, [3]],
      ]),
    );
    expect(view.mostShare.value).toBe(1);
    expect(view.whole.value).toMatchObject({
      least: 2,
      size: 8,
      found: [{ snapshot: 3, left: 5, right: 4 }],
    });
  });

  it("are counted once for each k, whatever the threshold", async () => {
    await shown();
    const before = view.counts.value;
    view.thetaWish.value = { unit: "samples", value: 3 };
    expect(view.found.value.map(({ class: c }) => c)).toEqual([0]);
    expect(view.counts.value).toBe(before);
    view.kWish.value = 4;
    expect(view.found.value).toEqual([]);
    expect(view.counts.value).not.toBe(before);
    expect(server.asked.filter(({ pathname }) => pathname === "/flips").length).toBe(1);
  });

  it("put those that made a class worse before larger ones that did not", async () => {
    await shown();
    expect(view.ranked.value.map(({ class: c }) => c)).toEqual([0, 2]);
  });

  it("of an immediate change ask for no stable time and most of a class", async () => {
    await shown();
    view.kWish.value = 5;
    view.immediate.value = true;
    expect([view.k.value, view.least.value]).toEqual([1, [3, 2, 2]]);
    expect(view.found.value.map(({ class: c }) => c)).toEqual([0, 2]);
    view.immediate.value = false;
    expect(view.k.value).toBe(5);
  });

  it("are not asked for without labels or with one snapshot", async () => {
    const one = new AnswerServer(HISTORY.map((v) => v.slice(0, 1)));
    state.put(one.client, one.index("pets"));
    await vi.waitFor(() => expect(view.log.value.value).not.toBeNull());
    expect([view.counts.value, view.found.value]).toEqual([null, []]);
    state.put(server.client, server.index("pets", [server.set({ labelled: false })], "v2"));
    expect(server.asked.some(({ pathname }) => pathname === "/flips")).toBe(false);
  });

  it("stay while the next snapshot's are on their way", async () => {
    await shown();
    const before = view.found.value;
    const next = new AnswerServer([...HISTORY, ...HISTORY], [...LABELS, ...LABELS]);
    state.put(next.client, next.index("pets", undefined, "v2"));
    expect(view.found.value).toEqual(before);
    await vi.waitFor(() => expect(view.found.value[0]?.left).toBe(6));
  });
});

describe("classes", () => {
  it("come in the order that is chosen, of those that have samples", async () => {
    const more = new AnswerServer(HISTORY, LABELS, ["cat", "dog", "owl", "ant"]);
    await shown(more);
    const sorted = (by: ClassesView["sort"]["value"]) => {
      view.sort.value = by;
      return view.shown.value;
    };
    expect(sorted("like")).toEqual([2, 1, 0]);
    expect(sorted("error")).toEqual([0, 2, 1]);
    expect(sorted("name")).toEqual([0, 1, 2]);
    expect(sorted("anomalies").at(-1)).toBe(1);
    view.onlyAnomalous.value = true;
    expect(view.shown.value).not.toContain(1);
    view.cluster.value = 0;
    expect(view.shown.value).toEqual([0]);
  });

  it("that are filtered out come back when somebody goes to one", async () => {
    await shown();
    view.cluster.value = 1;
    expect(view.shown.value).not.toContain(0);
    view.goTo(view.found.value[0] as never);
    expect(view.shown.value).toContain(0);
    expect([...view.open.value]).toEqual([0]);
    expect(view.revealed.value).toEqual({ class: 0 });
    expect(state.pins.value).toEqual([6]);
    view.goTo(view.found.value[0] as never);
    expect(state.pins.value, "still there").toEqual([6]);
    view.toggle(0);
    expect(view.open.value.size).toBe(0);
  });

  it("are selected by the ids of their samples, and those that the probe lacks are known", async () => {
    await shown();
    view.selectClass(0);
    await vi.waitFor(() => expect(selected()).toBe("11000"));
    expect(store.explore.selection.value?.missing).toEqual(["x", "y"]);
    expect(store.inspect.focus.value).toBe(0);
    view.select(["e", "z"]);
    expect([selected(), store.explore.selection.value?.missing]).toEqual(["00001", ["z"]]);
  });

  it("cannot be selected, with the reason said, when the server does not know them", async () => {
    await shown();
    server.instead.set("history", () => new Response("There is no class 1.", { status: 404 }));
    view.selectClass(1);
    await vi.waitFor(() => expect(store.explore.notice.value).toBe("There is no class 1."));
    expect(selected()).toBe("00000");
  });

  it("of another run are found by name", async () => {
    await shown();
    const other = new AnswerServer(HISTORY, LABELS, ["owl", "wolf", "cat"]);
    state.putOther(other.client, other.index("noisy"));
    expect(view.other.value.value).toBeNull();
    state.otherRun.value = "noisy";
    await vi.waitFor(() => expect(view.other.value.value).not.toBeNull());
    expect(view.otherClass.value).toEqual([2, -1, 0]);
  });
});
