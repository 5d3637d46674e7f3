import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { random } from "../analysis/random.fixture";
import { makeFrame } from "../data/codec.fixture";
import { type ColumnInfo, type RowSource, Schema } from "../query/columns";
import { parse } from "../query/parser";
import { type Answer, type Context, compile, OTHER_EPOCHS } from "../query/plan";
import { baggageOf } from "./baggage";
import { type EpochArrays, epochColumn } from "./epoch_columns";
import { Searcher } from "./searcher";

const SAMPLES = 500;
const EPOCHS = 12;
const CLASSES = ["cat", "dog", "eel"];
const brief = { values: [], flag: false, timed: true, carried: false, says: "", absent: "" } as const;
const INFOS: readonly ColumnInfo[] = [
  { ...brief, name: "conf", kind: "number" },
  { ...brief, name: "pred", kind: "category", values: CLASSES },
  { ...brief, name: "correct", kind: "category", values: ["false", "true"], flag: true },
  { ...brief, name: "moved", kind: "number" },
  { ...brief, name: "label", kind: "category", values: CLASSES, timed: false },
  { ...brief, name: "id", kind: "text", timed: false },
  { ...brief, name: "marked", kind: "number", carried: true },
];

const draw = random(7);
const labels = Int32Array.from({ length: SAMPLES }, () => Math.floor(3 * draw()));
const ids = Array.from(labels.keys(), String);
const frames = Array.from({ length: EPOCHS }, () => {
  const frame = makeFrame(Array.from({ length: SAMPLES }, () => [draw(), draw(), 0] as const));
  return {
    ...frame,
    prediction: Uint16Array.from(labels, (label) => (draw() < 0.02 ? 65_535 : draw() < 0.8 ? label : 1)),
    confidence: Uint8Array.from(labels, () => 255 * draw()),
  };
});
const run = { labels, classes: CLASSES };
const marked = Float64Array.from(labels, () => draw());

function arraysAt(i: number): EpochArrays {
  const [frame, before] = [frames[i], frames[i - 1]];
  return { ...frame, ...(frame && { frame }), ...(before && { before }) };
}

function rowsAt(i: number): RowSource {
  return {
    count: SAMPLES,
    column(name) {
      if (name === "label") return { kind: "category", codes: labels, values: CLASSES };
      if (name === "id") return { kind: "text", values: ids };
      if (name === "marked") return { kind: "number", values: marked, quantum: 0 };
      return epochColumn(name, arraysAt(i), run);
    },
  };
}

const KEYS = Array.from(frames.keys(), (i) => `epoch ${i}`);
const context: Context = {
  now: rowsAt(0),
  epochs: () => KEYS.map((key, i) => ({ key, rows: rowsAt(i) })),
  keys: () => KEYS,
  version: () => "1",
};

function planOf(text: string) {
  const query = parse(text);
  if (query === null) throw new Error("an empty query");
  return compile(query, new Schema(INFOS));
}

/** Asks again until nobody else is looking; says whether the searches could travel. */
async function ask(searcher: Searcher, text: string): Promise<Answer & { readonly travelled: boolean }> {
  const plan = planOf(text);
  let travelled = false;
  return new Promise((resolve) => {
    function again(): void {
      const answer = plan.evaluate({
        ...context,
        later(search) {
          const baggage = baggageOf(search, new Schema(INFOS), run, (key) => arraysAt(KEYS.indexOf(key)));
          travelled ||= baggage !== null;
          searcher.run(search, baggage, again);
          return true;
        },
      });
      if (!answer.waiting.has(OTHER_EPOCHS)) resolve({ ...answer, travelled });
    }
    again();
  });
}

const TRAVELLING = [
  "ever(conf<0.1)",
  "always(conf<0.9 or correct)",
  "always(pred!=none)",
  "ever(moved>1.2) and not always(correct)",
  "label=dog and ever(pred=label and conf in (0.5, 0.8))",
];
const STAYING = ["ever(ever(conf<0.01) and correct)", "ever(7 and conf<0.5)", "ever(marked<0.1 and correct)"];

describe("a search", () => {
  let searcher: Searcher;
  let started: Worker[];
  beforeEach(() => {
    searcher = new Searcher();
    started = [];
  });
  afterEach(() => {
    for (const worker of started) worker.terminate();
  });

  function inWorker(url: URL): void {
    searcher.useWorker(() => {
      const worker = new Worker(url, { type: "module" });
      started.push(worker);
      return worker;
    });
  }
  const script = new URL("./search.worker.ts", import.meta.url);

  test.each([...TRAVELLING, ...STAYING])("in pieces finds what asking at once finds: %s", async (text) => {
    const { mask, waiting } = await ask(searcher, text);
    const now = planOf(text).evaluate(context);
    expect([...mask]).toEqual([...now.mask]);
    expect([...waiting]).toEqual([...now.waiting]);
    expect(now.mask).toContain(0);
    expect(now.mask).toContain(1);
  });

  test.each(TRAVELLING)("in a worker finds the same: %s", async (text) => {
    inWorker(script);
    const { mask, waiting, travelled } = await ask(searcher, text);
    const now = planOf(text).evaluate(context);
    expect([...mask]).toEqual([...now.mask]);
    expect(waiting.size).toBe(now.waiting.size);
    expect(travelled).toBe(true);
    expect(started).toHaveLength(1);
    // What was sent is still here.
    expect(frames[0]?.confidence).toHaveLength(SAMPLES);
  });

  test.each(STAYING)("for what one epoch does not decide stays here: %s", async (text) => {
    inWorker(script);
    expect((await ask(searcher, text)).mask).toEqual(planOf(text).evaluate(context).mask);
    expect(started).toHaveLength(0);
  });

  test("goes on here when the browser refuses the worker", async () => {
    inWorker(new URL("./there_is_none.js", import.meta.url));
    const text = "ever(conf<0.1)";
    expect((await ask(searcher, text)).mask).toEqual(planOf(text).evaluate(context).mask);
    expect(started).toHaveLength(1);
  });

  test("is dropped when nobody waits for it", async () => {
    inWorker(script);
    const dropped = ask(searcher, "ever(conf<0.1)").then(() => "dropped");
    searcher.cancel();
    const next = ask(searcher, "ever(conf<0.2)").then(() => "next");
    expect(await Promise.race([dropped, next])).toBe("next");
  });
});
