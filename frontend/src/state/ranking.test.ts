import { beforeEach, describe, expect, test } from "vitest";
import { type Outcomes, type SampleColumn, UNKNOWN_CLASS } from "../data/types";
import { CLASSES, LABELS, runIndex, samples, storeWith } from "../views/testing";
import { type Ranking, ranking } from "./ranking";
import type { Store } from "./store";

/** Probability of the label of each sample at each of the three frames; what is left is the next class's. */
const OWN = [
  [0.3, 0.5, 0.2, 0.4, 0.1, 1],
  [0.9, 0.8, 0.1, 0.3, 0.25, 1],
  [0.9, 1, 0.9, 0.2, 0.9, 1],
];

function outcomes(frame: number): Outcomes {
  const own = OWN[frame] as number[];
  const labels = Int32Array.from(LABELS);
  return {
    step: frame,
    prediction: Uint16Array.from(labels, (label, i) => {
      if (label < 0) return UNKNOWN_CLASS;
      return (own[i] as number) >= 0.5 ? label : (label + 1) % CLASSES.length;
    }),
    runnerUp: new Uint16Array(6),
    confidence: Uint8Array.from(own, (p) => 255 * Math.max(p, 1 - p)),
    margin: Uint8Array.from(own, (p) => 255 * Math.abs(2 * p - 1)),
    entropy: new Uint8Array(6),
    loss: Float32Array.from(own, (p, i) => ((labels[i] as number) < 0 ? Number.NaN : -Math.log(p))),
  };
}

/** Made up: what the server answers at a frame. */
const quality = (frame: number) =>
  Float32Array.from(LABELS, (label, i) => {
    const own = OWN.slice(0, frame + 1).map((of) => of[i] as number);
    return label < 0 ? Number.NaN : own.reduce((p, q) => p + q) / (frame + 1);
  });

let store: Store;
let one: Ranking;

function put(...frames: number[]): void {
  for (const frame of frames) {
    const name = store.explore.snapshots.outcomeNames.value[frame];
    if (name != null) store.cache.putOutcomes(name.key, outcomes(frame));
    const judged = store.explore.snapshots.qualityNames.value[frame];
    if (judged != null) store.cache.putLabelQuality(judged.key, quality(frame));
  }
  store.explore.snapshots.announce();
}

/** A run whose snapshots can be asked about. */
function opened(columns: readonly SampleColumn[] = []): void {
  const index = runIndex();
  const [layer] = index.layers;
  if (layer === undefined) throw new Error("no layer");
  store = storeWith({ ...index, layers: [{ ...layer, versions: ["0", "1", "2", "3"] }] });
  store.data.samples.value = { ...samples(), columns };
  one = ranking(store);
}

beforeEach(() => opened());

/** Ids in the order of the ranking. */
const order = () => Array.from(one.ranked.value?.rows ?? [], (row) => samples().ids[row]).join("");

describe("label quality", () => {
  test("is what the server says at the epoch shown, the lowest first; what has no label has none", () => {
    put(0, 1, 2);
    for (const step of [2, 0, 1]) {
      store.seek(step);
      expect(one.ranked.value?.values).toEqual(quality(step));
    }
    expect(order()).toBe("cedab");
    expect(one.ranked.value?.of).toBe(6);
    expect(one.coverage.value, "it is whole when it arrives").toBeNull();
  });

  test("is waited for at each epoch, whatever else is there", () => {
    put(0, 1);
    expect(one.ranked.value).toBeNull();
    put(2);
    expect(one.ranked.value?.values).toEqual(quality(2));
  });

  test("is a column of queries, of one epoch or of all", () => {
    put(1, 2);
    store.explore.text.value = "label_quality<0.5";
    expect(store.explore.findAt("label_quality<0.5", 0)).toBeNull();
    expect([...(store.explore.findAt("label_quality<0.5", 2) ?? [])]).toEqual([0, 0, 1, 1, 1, 0]);
    expect(store.explore.found.value?.count).toBe(3);
    put(0);
    store.explore.text.value = "ever(label_quality<0.35)";
    expect(store.explore.found.value?.count).toBe(4);
  });

  test("cannot be had without labels or logits, and says so", () => {
    expect(one.info.value?.absent).toBe("");
    const names = store.explore.snapshots.qualityNames.value;
    for (const name of names)
      store.explore.snapshots.markFailed("quality", name?.key ?? "", "An epoch is missing.");
    expect(one.info.value?.absent).toBe("The labels cannot be judged. An epoch is missing.");
    const keys = store.explore.snapshots.outcomeNames.value.map((name) => name?.key ?? "");
    for (const key of keys) store.explore.snapshots.markFailed("outcomes", key, "This run has no logits.");
    expect(one.info.value?.absent).toBe("The labels cannot be judged. This run has no logits.");
    expect(store.explore.snapshots.qualityNames.value).toEqual(keys.map(() => null));
    store.data.samples.value = { ...samples(), labels: new Int32Array(6).fill(-1) };
    expect(one.info.value?.absent).toBe("The labels cannot be judged. These samples have no labels.");
    expect(one.ranked.value).toBeNull();
  });

  test("of the user's own metadata is theirs", () => {
    opened([{ name: "label_quality", kind: "number", numbers: Float64Array.of(40, 10, 60, 20, 50, 30) }]);
    put(0, 1, 2);
    expect(one.info.value?.says).toBe("from the samples' metadata");
    expect(order()).toBe("bdfaec");
    expect(one.coverage.value).toBeNull();
    expect(one.ranked.value?.to).toBe(60);
    expect(one.first.value).toBe(6);
    store.colouring.by.value = "label_quality";
    expect(store.colouring.legend.value).toMatchObject({ span: { from: 10, to: 60 } });
  });
});

describe("the ranking", () => {
  test("is by any numbers, either way, of what the query finds", () => {
    put(0, 1, 2);
    one.rankBy("loss");
    one.descending.value = false;
    expect(order()).toBe("baced");
    store.explore.text.value = "label=dog";
    expect(one.scope.value).toBe("found");
    expect(order()).toBe("cd");
    store.explore.text.value = "label=nobody";
    expect(one.scope.value).toBe("unread");
    expect(order()).toHaveLength(5);
    one.rankBy("size");
    expect(one.info.value).toBeNull();
    expect(one.ranked.value).toBeNull();
  });

  test("offers as many of the first as are suspicious, and selects them in one edit", () => {
    put(0, 1, 2);
    expect([one.suspicious.value, one.first.value]).toEqual([3, 3]);
    store.explore.selectRows([5], "replace");
    one.selectFirst();
    expect([...(store.explore.selectedMask.value ?? [])]).toEqual([0, 0, 1, 1, 1, 0]);
    expect(store.inspect.focus.value).toBe(3);
    store.explore.undo();
    expect([...(store.explore.selectedMask.value ?? [])]).toEqual([0, 0, 0, 0, 0, 1]);
    one.wish.value = 1;
    one.selectFirst();
    expect([...(store.explore.selectedMask.value ?? [])]).toEqual([0, 0, 0, 1, 0, 0]);
    one.wish.value = 99;
    expect(one.first.value).toBe(5);
    one.rankBy("conf");
    expect(one.first.value).toBe(5);
  });

  test("rests while time plays", () => {
    put(0, 1, 2);
    store.seek(0);
    const before = order();
    expect(before).toBe("ecadb");
    store.view.playing.value = true;
    store.view.time.value = 2;
    expect(order()).toBe(before);
    store.view.playing.value = false;
    expect(order()).not.toBe(before);
  });
});
