/** Why this file: a log of a small network for the tests of the tab, and a server that answers about it. */
import { containerBytes, type HandArray, words } from "../../data/codec.fixture";
import type { LayerInfo, TrainingFinding, TrainingIndex } from "../../data/training_types";

export const ROWS = 8;

/** A tensor of three filters, if `more` says nothing else. */
export function layer(name: string, more: Partial<LayerInfo> = {}): LayerInfo {
  const module = name.slice(0, name.lastIndexOf("."));
  return {
    name,
    module,
    kind: "parameter",
    shape: [3, 2],
    trainable: true,
    filters: 3,
    aliases: [],
    ...more,
  };
}

export const BIAS = { shape: [3], filters: 0 };

/** A log of eight rows, at the times 0 to 7. */
export function index(run: string, names: readonly LayerInfo[], v = "1"): TrainingIndex {
  const stages = [...new Set(names.map(({ name }) => name.split(".")[0] as string))];
  const inside = (stage: string) => names.map(({ name }) => name.startsWith(`${stage}.`));
  return {
    run,
    v,
    parameters: {
      statistics: ["min", "max", "mean", "l2", "q1", "median", "q3"],
      bands: [1e-4, 1e-3, 1e-2, 1e-1],
      stretches: [
        {
          rows: ROWS,
          first_step: 0,
          last_step: 70,
          first_time: 0,
          last_time: 7,
          skipped: [["huge.weight", "It is sharded over several processes."]],
          learning_rates: 0,
          layers: names,
          nodes: [
            { path: "", start: 0, stop: names.length },
            ...stages.map((path) => ({
              path,
              start: inside(path).indexOf(true),
              stop: inside(path).lastIndexOf(true) + 1,
            })),
          ],
        },
      ],
    },
    answers: [],
    scalars: [],
  };
}

export const LAYERS = [
  layer("stem.weight"),
  layer("stem.bias", BIAS),
  layer("head.weight", { aliases: ["tied.weight"] }),
  layer("head.bias", { ...BIAS, trainable: false }),
];

export const DEAD: TrainingFinding = {
  place: 2,
  name: "head.weight",
  array: "gradients",
  statistic: "zeros",
  kind: "dead",
  first_row: 3,
  last_row: 7,
  step: 30,
  time: 1.5,
  sentence: "head.weight: all gradients are zero from here on, at training step 30.",
};

function floats(values: readonly number[], Type: typeof Float32Array | typeof Float64Array): Uint8Array {
  return new Uint8Array(Type.from(values).buffer);
}

function edges(): HandArray[] {
  const rows = [...Array(ROWS + 1).keys()];
  const ints = (numbers: readonly number[]) => words(...numbers.flatMap((n) => [n & 65_535, n >> 16]));
  const shape = [ROWS + 1];
  return [
    { name: "edges", dtype: "i4", shape, bytes: ints(rows) },
    { name: "steps", dtype: "i4", shape, bytes: ints(rows.map((row) => 10 * row)) },
    { name: "times", dtype: "f8", shape, bytes: floats(rows, Float64Array) },
  ];
}

/** What the server would say; `asked` is everything it was asked. */
export class Server {
  asked: URL[] = [];
  findings: readonly TrainingFinding[] = [DEAD];
  readonly fetch: typeof fetch = async (input) => {
    const url = new URL(String(input));
    this.asked.push(url);
    const { searchParams: query } = url;
    const places = (query.get("places") ?? "").split(",").map(Number);
    if (url.pathname === "/findings") return Response.json({ findings: this.findings });
    if (url.pathname === "/top") {
      const filters = [
        {
          layer: 0,
          name: "stem.weight",
          filter: 2,
          change: [0.5],
          every: true,
          score: [9],
          p: 0.001,
          q: 0.003,
        },
        { layer: 2, name: "head.weight", filter: 1, change: [0.1], every: true, score: [1], p: 0.2, q: 0.4 },
      ];
      return Response.json({ rows: [5], steps: [50], times: [5], filters, floor: 0.001 });
    }
    if (url.pathname === "/filters") {
      const codes = words(...Array.from({ length: 3 * ROWS }, (_, i) => (i === 3 * 5 + 1 ? 32_769 : 0)));
      return new Response(
        containerBytes([...edges(), { name: "codes", dtype: "u2", shape: [ROWS, 3], bytes: codes }]),
      );
    }
    if (url.pathname === "/series") {
      const array = query.get("array") ?? "";
      const count = array === "bands" ? 4 : (query.get("statistics") ?? "one").split(",").length;
      // A place's number, in all rows.
      const values = Array.from(
        { length: count * ROWS * 3 * places.length },
        (_, i) => places[i % places.length] as number,
      );
      const shape = [count, ROWS, 3, places.length];
      return new Response(
        containerBytes([
          ...edges(),
          { name: "values", dtype: "f4", shape, bytes: floats(values, Float32Array) },
        ]),
      );
    }
    return new Response("There is no such route.", { status: 404 });
  };

  of(route: string): URLSearchParams[] {
    return this.asked
      .filter(({ pathname }) => pathname === `/${route}`)
      .map(({ searchParams }) => searchParams);
  }
}
