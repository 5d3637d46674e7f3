import { beforeEach, describe, expect, it } from "vitest";
import { makeFrame } from "../data/codec.fixture";
import { type Outcomes, type Samples, UNKNOWN_CLASS } from "../data/types";
import { makeIndex } from "./index.fixture";
import { Store } from "./store";

const LABELS = [0, 1, 2, 0, -1];
/** Predictions at each of the four frames. */
const PREDICTIONS = [
  [1, 1, 0, 0, 2],
  [0, 1, 2, 0, 2],
  [1, 1, 2, UNKNOWN_CLASS, 0],
  [0, 1, 2, 0, 0],
];
const SAMPLES: Samples = {
  ids: ["a", "b", "c", "d", "e"],
  labels: Int32Array.from(LABELS),
  texts: null,
  columns: [
    { name: "split", kind: "category", values: ["train", "test"], codes: Int32Array.of(0, 0, 1, 1, -1) },
    { name: "size", kind: "number", numbers: Float64Array.of(1, 2, 3, 4, Number.NaN) },
  ],
};

let store: Store;

function frame(i: number) {
  const samples = (PREDICTIONS[i] as number[]).map(
    (p, row) => [row / 10, i / 10, p, row === 4 ? 1 : 0] as const,
  );
  return makeFrame(samples, { step: i });
}

function outcomes(i: number): Outcomes {
  const prediction = Uint16Array.from(PREDICTIONS[i] as number[]);
  return {
    step: i,
    prediction,
    runnerUp: prediction.map((p) => (p === UNKNOWN_CLASS ? p : (p + 1) % 3)),
    confidence: new Uint8Array(5).fill(255),
    margin: Uint8Array.of(0, 51, 102, 153, 204),
    entropy: new Uint8Array(5),
    loss: Float32Array.of(0.5 + i, 1, 2, 3, Number.NaN),
  };
}

beforeEach(() => {
  store = new Store();
  const index = makeIndex({ steps: 4, frames: 4 });
  const [layer] = index.layers;
  const selected = { steps: [1, 3], versions: ["x", "y"], counts: [1, 1], totals: [1, 1] };
  store.data.index.value = { ...index, layers: [{ ...layer, versions: ["0", "1", "2", "3"] }], selected };
  store.view.run.value = "r";
  store.view.layer.value = "fc";
  store.view.method.value = "hidden";
  store.data.samples.value = SAMPLES;
  for (let i = 0; i < 4; i++) store.putFrame(i, frame(i));
  store.seek(3);
});

/** Ids that a query finds at a step. */
function found(text: string, step = 3): string | null {
  store.seek(step);
  store.explore.text.value = text;
  const { mask } = store.explore.found.value ?? {};
  return mask === undefined ? null : SAMPLES.ids.filter((_, row) => mask[row] === 1).join("");
}

function putOutcomes(...frames: number[]): void {
  for (const i of frames) {
    const name = store.explore.snapshots.outcomeNames.value[i];
    if (name != null) store.cache.putOutcomes(name.key, outcomes(i));
  }
  store.explore.snapshots.announce();
}

describe("columns", () => {
  it("are those of the epoch shown", () => {
    expect([0, 1, 2, 3].map((step) => found("pred=a", step))).toEqual(["cd", "ad", "e", "ade"]);
    expect(found("correct", 0)).toBe("bd");
    expect(found("correct=false", 2)).toBe("a");
    expect(found("held_out")).toBe("e");
    expect(found("conf=none", 2)).toBe("d");
    expect(found("split=test and size>3")).toBe("d");
  });

  it("count what happened up to it", () => {
    expect([0, 1, 2, 3].map((step) => found("flips>=1", step))).toEqual(["", "ac", "ace", "ace"]);
    expect(found("flips=3")).toBe("a");
    expect([0, 1, 2, 3].map((step) => found("forgotten=1", step))).toEqual(["", "", "a", "a"]);
    expect(found("learned_at=3")).toBe("a");
    expect(found("learned_at=1")).toBe("c");
    expect(found("learned_at=none", 2)).toBe("ae");
    expect(found("moved=none", 0)).toBe("abcde");
    expect(found("moved>0.1", 1)).toBe("abcde");
  });

  it("tell who was chosen when", () => {
    expect(found("role=new", 1)).toBeNull();
    const [first, second] = store.explore.snapshots.choiceNames.value;
    store.cache.putChosen(first?.key ?? "", Int32Array.of(2));
    store.cache.putChosen(second?.key ?? "", Int32Array.of(0));
    store.explore.snapshots.announce();
    expect([0, 1, 2, 3].map((step) => found("role=new", step))).toEqual(["", "c", "c", "a"]);
    expect(found("role=used")).toBe("c");
    expect(found("role=pool")).toBe("bde");
  });

  it("that need outcomes wait for them and keep what was found before", () => {
    expect(found("margin>0.5")).toBeNull();
    putOutcomes(2, 3);
    expect(found("margin>0.5")).toBe("de");
    expect(found("loss>3", 3)).toBe("a");
    expect(found("runner_up=label", 2)).toBe("");
    expect(found("runner_up=b", 3)).toBe("ade");
    found("loss<2.7", 2);
    expect(found("loss<2.7", 1)).toBe("abc");
    expect(store.explore.found.value?.waiting).toEqual(["loss"]);
    putOutcomes(1);
    expect(store.explore.found.value?.count).toBe(3);
    expect(store.explore.found.value?.waiting).toEqual([]);
  });

  it("say why they are not there", () => {
    const index = makeIndex({ steps: 4, frames: 4 });
    store.data.index.value = index;
    store.explore.text.value = "loss>1";
    expect(store.explore.reading.value.problem?.message).toMatch(/There is no loss here/);
    store.explore.text.value = "role=new";
    expect(store.explore.reading.value.problem?.message).toMatch(/selected=ids/);
    store.explore.text.value = "text~x";
    expect(store.explore.reading.value.problem?.message).toMatch(/no texts/);
  });

  it("say what the server said when it refused all outcomes, and not when it refused one", () => {
    const { snapshots } = store.explore;
    const keys = snapshots.outcomeNames.value.map((name) => name?.key ?? "");
    snapshots.markFailed("outcomes", keys[0] as string, "No logits.");
    expect(snapshots.absent.value).toBe("");
    for (const key of keys) snapshots.markFailed("outcomes", key, "No logits.");
    expect(snapshots.absent.value).toBe("No logits.");
  });
});

describe("the whole run", () => {
  it("is asked by ever and always, whichever epoch is shown", () => {
    expect([0, 3].map((step) => found("ever(pred!=label)", step))).toEqual(["ac", "ac"]);
    expect(found("always(pred=label)", 1)).toBe("b");
    expect(found("ever(flips>=2) and not pred=b")).toBe("a");
  });

  it("takes frames in as they arrive, in any order, and says how many there are", () => {
    const late = new Store();
    late.data.index.value = store.data.index.value;
    late.view.run.value = "r";
    late.view.layer.value = "fc";
    late.view.method.value = "hidden";
    late.data.samples.value = SAMPLES;
    late.seek(3);
    late.explore.text.value = "flips>=1 or ever(pred=c)";
    const seen: [number, number | undefined][] = [];
    for (const i of [3, 0, 2, 1]) {
      late.putFrame(i, frame(i));
      seen.push([late.explore.coverage.value.loaded, late.explore.found.value?.count]);
    }
    // After 3: c ever. After 0: c, e, and a, whose prediction differs. After 2 and 1 no more.
    expect(seen).toEqual([
      [1, 1],
      [2, 3],
      [3, 3],
      [4, 3],
    ]);
  });
});

describe("the selection", () => {
  const selected = () => {
    const { mask } = store.explore.selection.value ?? {};
    return SAMPLES.ids.filter((_, row) => mask?.[row] === 1).join("");
  };

  it("takes what a query finds, adds and takes away, and can be undone", () => {
    const { explore } = store;
    expect(explore.selectedMask.value).toBeNull();
    found("pred=a");
    explore.selectFound("replace");
    expect(selected()).toBe("ade");
    expect(explore.selection.value?.origin).toEqual({ text: "pred=a", step: 3 });
    found("label=b");
    explore.selectFound("add");
    found("id=d");
    explore.selectFound("remove");
    expect(selected()).toBe("abe");
    expect(explore.selection.value?.origin).toBeNull();
    explore.undo();
    explore.undo();
    expect(selected()).toBe("ade");
    explore.redo();
    expect(selected()).toBe("abde");
    explore.invertSelection();
    expect(selected()).toBe("c");
    explore.clearSelection();
    expect(explore.selectedMask.value).toBeNull();
    explore.undo();
    expect(selected()).toBe("c");
  });

  it("can be asked for", () => {
    store.explore.selectRows(Uint32Array.of(1, 2), "replace");
    expect(found("selected and label=c")).toBe("c");
    expect(found("not selected")).toBe("ade");
  });

  it("stays through epochs, methods and a run that has other samples", () => {
    store.explore.selectRows([0, 2], "replace");
    store.seek(0);
    store.selectMethod("pca");
    expect(selected()).toBe("ac");
    store.data.samples.value = null;
    expect(store.explore.selectedMask.value).toBeNull();
    store.data.samples.value = { ...SAMPLES, ids: ["z", "c", "b", "y", "x"] };
    expect(store.explore.selection.value).toMatchObject({ count: 1, missing: ["a"] });
    store.data.samples.value = SAMPLES;
    expect(selected()).toBe("ac");
  });
});

describe("the filter", () => {
  it("passes what the query finds at each epoch, and everything without one", () => {
    const { explore } = store;
    found("pred=a");
    expect(explore.filterMask.value).toBeNull();
    explore.filtering.value = true;
    expect([...(explore.filterMask.value ?? [])]).toEqual([1, 0, 0, 1, 1]);
    store.seek(2);
    expect([...(explore.filterMask.value ?? [])]).toEqual([0, 0, 0, 0, 1]);
    explore.text.value = "pred=";
    expect(explore.filterMask.value).toBeNull();
  });
});
