/** Why this file: tests of the state need a run's index; this makes one of any length. */
import type { RunIndex } from "../data/types";

interface Options {
  /** Snapshots, at steps 0, 1, 2, ... */
  readonly steps: number;
  /** Snapshots that have a frame. */
  readonly frames: number;
  readonly closed?: boolean;
  readonly updated?: number;
  readonly paceSeconds?: number;
  readonly run?: string;
  readonly version?: (i: number) => string;
}

/** One layer "fc" of three classes, with the methods "hidden" and "pca". */
export function makeIndex({
  steps,
  frames,
  closed = false,
  updated = 100,
  paceSeconds = 1,
  run = "r",
  version = (i) => `v${i}`,
}: Options) {
  const column = <T>(count: number, value: (i: number) => T) =>
    Array.from({ length: count }, (_, i) => value(i));
  const made = (prefix: string) => ({
    settings: [{}],
    settings_of: column(frames, () => 0),
    steps: column(frames, (i) => i),
    versions: column(frames, (i) => prefix + version(i)),
    wall_times: column(frames, (i) => i * paceSeconds + 0.5),
    bounds: column(frames, () => [0, 0, 1, 1] as const),
    landscape: column(frames, () => "linear" as const),
    reason: column(frames, () => ""),
    seconds: column(frames, () => 0.4),
    cpu_seconds: column(frames, () => 0.3),
    faithfulness: {
      neighbours: column(frames, (i) => 0.5 + i / 100),
      displacement: column(frames, () => null),
    },
  });
  const layer = {
    name: "fc",
    width: 128,
    head: "linear" as const,
    steps: column(steps, (i) => i),
    wall_times: column(steps, (i) => i * paceSeconds),
    accuracy: column(steps, (i) => i / 10),
    nonfinite: column(steps, () => 0),
    bytes: column(steps, () => 1000),
    capture_ms: column(steps, () => 30),
    frames: { hidden: made("h"), pca: made("p") },
  };
  const index = {
    run,
    format: 1,
    updated,
    closed,
    probe: { version: "p", count: 2, classes: ["a", "b", "c"], thumbnails: null, texts: false },
    layers: [layer] as const,
    cost: { bytes_per_snapshot: 1000, capture_ms: 30, share: 0.01 },
    refused: "",
  };
  return index satisfies RunIndex;
}
