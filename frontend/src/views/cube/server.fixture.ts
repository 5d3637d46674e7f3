/** Why this file: tests of the cube need a server with a log in which one class and one layer go together. */
import { containerBytes, words } from "../../data/codec.fixture";
import type { AnswerSet, LayerInfo, Matrix, TrainingIndex } from "../../data/training_types";

const layer = (name: string, filters = 4): LayerInfo => ({
  name,
  module: name,
  kind: "parameter",
  shape: [filters, 3],
  trainable: true,
  filters,
  aliases: [],
});

export const SET: AnswerSet = {
  name: "outcomes",
  version: "a.1",
  count: 6,
  labelled: true,
  classes: ["cat", "dog", "owl"],
  steps: [0, 1, 2, 3, 4, 5],
};

export const INDEX: TrainingIndex = {
  run: "pets",
  v: "v1",
  parameters: {
    statistics: ["l2"],
    bands: [],
    stretches: [
      {
        rows: 12,
        first_step: 0,
        last_step: 11,
        first_time: 0,
        last_time: 5,
        skipped: [],
        learning_rates: 0,
        layers: [layer("stem"), layer("conv1"), layer("conv2")],
        nodes: [{ path: "", start: 0, stop: 3 }],
      },
    ],
  },
  answers: [SET],
  scalars: [],
};

/** Owl before cat; conv1 is where nothing is marked. */
export const MATRIX: Matrix = {
  classes: [2, 0],
  layers: [2, 1, 0],
  count: [
    [2, 1],
    [0, 0],
    [1, 0],
  ],
  marks: [
    [6, 2],
    [0, 0],
    [1, 0],
  ],
  p: [
    [0.01, 0.4],
    [1, 1],
    [0.3, 1],
  ],
  q: [
    [0.03, 0.6],
    [1, 1],
    [0.5, 1],
  ],
  anomalies: { "2": [2, 4], "0": [4, 5] },
  detail: null,
};

const DETAIL: NonNullable<Matrix["detail"]> = {
  sets: [{ layer: 2, filters: [1, 3], snapshots: [2, 4], weight: 6 }],
  count: [[2, 2]],
  marks: [[2, 1]],
  q: [[0.04, 0.5]],
};

const bytes = (view: { buffer: ArrayBufferLike }) => new Uint8Array(view.buffer);
const int32 = (name: string, ...values: number[]) => ({
  name,
  dtype: "i4",
  shape: [values.length],
  bytes: bytes(Int32Array.from(values)),
});

/** A server that has the log above; tests change what it says. */
export class Server {
  index: TrainingIndex = INDEX;
  matrix: Matrix = MATRIX;
  readonly asked: URL[] = [];

  readonly fetch: typeof fetch = async (input) => {
    const url = new URL(String(input));
    this.asked.push(url);
    switch (url.pathname.slice(1)) {
      case "matrix":
        return Response.json({
          ...this.matrix,
          detail: url.searchParams.get("detail") === "1" ? DETAIL : null,
        });
      case "answers":
        return new Response(
          containerBytes(
            [
              int32("labels", 0, 0, 1, 1, 2, 2),
              int32("size", 2, 2, 2),
              { name: "error", dtype: "u1", shape: [6, 3], bytes: new Uint8Array(18).fill(127) },
              { name: "whole", dtype: "f4", shape: [6], bytes: bytes(new Float32Array(6).fill(0.5)) },
              int32("order", 0, 1, 2),
              int32("cluster", 0, 0, 0),
              { name: "cluster_error", dtype: "f4", shape: [6, 1], bytes: bytes(new Float32Array(6)) },
            ],
            { clusters: 1 },
          ),
        );
      case "flips":
        return new Response(
          containerBytes(
            ["snapshot", "class", "before", "after"].map((name) => ({
              name,
              dtype: "u2",
              shape: [0],
              bytes: words(),
            })),
          ),
        );
      case "filters":
        return new Response(
          containerBytes([
            int32("edges", 0, 6, 12),
            int32("steps", 0, 6, 12),
            { name: "times", dtype: "f8", shape: [3], bytes: bytes(Float64Array.of(0, 2.5, 5)) },
            { name: "codes", dtype: "u2", shape: [2, 4], bytes: words(0, 9000, 1, 2, 3, 4, 5, 65_535) },
          ]),
        );
    }
    return new Response("There is no such route.", { status: 404 });
  };
}
