/** Why this file: tests of the tab Classes need a server that knows some answers over time; here is one without a network. */
import { Client } from "../data/client";
import { containerBytes, type HandArray } from "../data/codec.fixture";
import type { AnswerSet, TrainingIndex } from "../data/training_types";

/** What three classes' samples were answered at six snapshots: [samples][snapshots]. */
export const HISTORY: readonly (readonly number[])[] = [
  // Cats: taken for dogs from the fourth snapshot on, but for the last.
  ...Array.from({ length: 3 }, () => [0, 0, 0, 1, 1, 1]),
  [0, 0, 0, 0, 0, 0],
  // Dogs: always right.
  [1, 1, 1, 1, 1, 1],
  [1, 1, 1, 1, 1, 1],
  // Owls: wrong at first; the second one was not seen at the end.
  [0, 0, 0, 2, 2, 2],
  [0, 0, 0, 2, 2, -1],
];
export const LABELS: readonly number[] = [0, 0, 0, 0, 1, 1, 2, 2];
const IDS: readonly string[] = ["a", "b", "x", "y", "c", "d", "e", "z"];

function bytes(values: Int32Array | Uint16Array | Uint8Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function array(name: string, values: Parameters<typeof bytes>[0], shape = [values.length]): HandArray {
  const dtype =
    values instanceof Int32Array
      ? "i4"
      : values instanceof Uint16Array
        ? "u2"
        : values instanceof Uint8Array
          ? "u1"
          : "f4";
  return { name, dtype, shape, bytes: bytes(values) };
}

/** Histories as the routes tell them. `classes` may hold more than the labels need. */
export class AnswerServer {
  /** URLs that were asked for. */
  readonly asked: URL[] = [];
  /** Route to what it answers instead. */
  readonly instead = new Map<string, () => Response>();
  readonly client: Client;

  constructor(
    private readonly history: readonly (readonly number[])[] = HISTORY,
    private readonly labels: readonly number[] = LABELS,
    private readonly classes: readonly string[] = ["cat", "dog", "owl"],
    private readonly ids: readonly string[] = IDS,
  ) {
    this.client = new Client({
      base: "http://host/",
      retryDelaysMs: [],
      fetch: async (url) => {
        const where = new URL(String(url));
        this.asked.push(where);
        return this.answer(where);
      },
    });
  }

  get snapshots(): number {
    return this.history[0]?.length ?? 0;
  }

  set(overrides: Partial<AnswerSet> = {}): AnswerSet {
    return {
      name: "probe",
      version: "1",
      count: this.labels.length,
      labelled: true,
      classes: this.classes,
      steps: Array.from({ length: this.snapshots }, (_, t) => 2 * t),
      ...overrides,
    };
  }

  index(run: string, sets: readonly AnswerSet[] = [this.set()], v = "v1"): TrainingIndex {
    return { run, v, parameters: null, answers: sets, scalars: [] };
  }

  private answer(url: URL): Response {
    const route = url.pathname.slice(1);
    const instead = this.instead.get(route);
    if (instead !== undefined) return instead();
    if (route === "answers") return new Response(this.answers());
    if (route === "flips") return new Response(this.flips());
    if (route === "history") return new Response(this.samples(Number(url.searchParams.get("class"))));
    return new Response("There is no such route.", { status: 404 });
  }

  private answers(): Uint8Array<ArrayBuffer> {
    const [snapshots, count] = [this.snapshots, this.classes.length];
    const [error, whole] = [new Uint8Array(snapshots * count), new Float32Array(snapshots)];
    for (let t = 0; t < snapshots; t++) {
      let [seen, wrong] = [0, 0];
      for (let c = 0; c < count; c++) {
        const of = this.history.filter((v, i) => this.labels[i] === c && (v[t] as number) >= 0);
        const failed = of.filter((v) => v[t] !== c).length;
        error[t * count + c] = of.length === 0 ? 255 : Math.round((254 * failed) / of.length);
        [seen, wrong] = [seen + of.length, wrong + failed];
      }
      whole[t] = wrong / seen;
    }
    const all = this.classes.map((_, c) => c);
    return containerBytes(
      [
        array("labels", Int32Array.from(this.labels)),
        array(
          "size",
          Int32Array.from(all, (c) => this.labels.filter((label) => label === c).length),
        ),
        array("error", error, [snapshots, count]),
        array("whole", whole),
        array("order", Int32Array.from(all).reverse()),
        array(
          "cluster",
          Int32Array.from(all, (c) => Math.min(c, 1)),
        ),
        array("cluster_error", new Float32Array(snapshots * 2), [snapshots, 2]),
      ],
      { clusters: 2 },
    );
  }

  private flips(): Uint8Array<ArrayBuffer> {
    const rows: number[][] = [];
    const state = (i: number, t: number) => {
      const answer = this.history[i]?.[t] ?? -1;
      return answer < 0 ? -1 : Number(answer === this.labels[i]);
    };
    const length = (i: number, t: number, way: number) => {
      let n = 1;
      while (state(i, t + way * n) === state(i, t)) n += 1;
      return n;
    };
    for (let t = 1; t < this.snapshots; t++) {
      this.labels.forEach((label, i) => {
        const [was, is] = [state(i, t - 1), state(i, t)];
        if (was >= 0 && is >= 0 && was !== is) rows.push([t, label, length(i, t - 1, -1), length(i, t, 1)]);
      });
    }
    const column = (k: number) => rows.map((row) => row[k] as number);
    return containerBytes(
      ["snapshot", "class", "before", "after"].map((name, k) => array(name, Uint16Array.from(column(k)))),
    );
  }

  private samples(of: number): Uint8Array<ArrayBuffer> {
    const rows = this.labels.flatMap((label, i) => (label === of ? [i] : []));
    const answers = Array.from({ length: this.snapshots }, (_, t) =>
      rows.map((i) => ((this.history[i]?.[t] ?? -1) < 0 ? 65_535 : (this.history[i]?.[t] as number))),
    ).flat();
    return containerBytes(
      [
        array("rows", Int32Array.from(rows)),
        array("answers", Uint16Array.from(answers), [this.snapshots, rows.length]),
      ],
      { ids: rows.map((i) => this.ids[i]) },
    );
  }
}
