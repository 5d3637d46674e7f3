import { expect, test } from "vitest";
import { makeFrame } from "../data/codec.fixture";
import { type FrameData, UNKNOWN_CLASS } from "../data/types";
import { COMPANIONS, type Moment, movementBound, type SampleEvent, Transition } from "./events";
import { random } from "./random.fixture";

const SAMPLES = 120;
type Row = readonly [number, number, number, number];

function momentOf(frame: FrameData, draw: () => number): Moment {
  return {
    frame,
    prediction: Uint16Array.from({ length: SAMPLES }, () =>
      draw() < 0.1 ? UNKNOWN_CLASS : Math.floor(draw() * 3),
    ),
    confidence: Uint8Array.from({ length: SAMPLES }, () => Math.floor(draw() * 256)),
  };
}

/** Two frames over different bounds; a few samples jump across the map. */
function made(seed: number): readonly [Moment, Moment] {
  const draw = random(seed);
  const rows = Array.from({ length: SAMPLES }, (): Row => [draw(), draw(), 0, draw() < 0.1 ? 2 : 0]);
  const later = rows.map(([x, y, p, flag]): Row => {
    const leap = draw() < 0.06 ? 0.6 : 0.03;
    return [Math.abs(x - leap * draw()), Math.abs(y - leap * draw()), p, draw() < 0.05 ? 2 : flag];
  });
  return [
    momentOf(makeFrame(rows, { bounds: [0, 0, 4, 3] }), draw),
    momentOf(makeFrame(later, { bounds: [-1, 0, 3, 5] }), draw),
  ];
}

/** Said once more, from points in the plane and with every distance. */
function slowly(before: Moment, now: Moment, frame: number): SampleEvent[] {
  const point = ({ bounds: [x0, y0, x1, y1], positions, flags }: FrameData, i: number) =>
    flags[i] === 2
      ? null
      : [
          x0 + ((positions[2 * i] as number) / 65535) * (x1 - x0),
          y0 + ((positions[2 * i + 1] as number) / 65535) * (y1 - y0),
        ];
  const all = [...Array(SAMPLES).keys()];
  const [p, q] = [before, now].map(({ frame }) => all.map((i) => point(frame as FrameData, i))) as [
    (number[] | null)[],
    (number[] | null)[],
  ];
  const way = (i: number) => {
    const [a, b] = [p[i], q[i]];
    return a == null || b == null ? null : [0, 1].map((axis) => (b[axis] as number) - (a[axis] as number));
  };
  const size = (v: number[]) => Math.hypot(...v);
  const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const here = q.filter((place) => place !== null);
  const centre = [0, 1].map((axis) => mean(here.map((place) => place[axis] as number)));
  const radius = Math.sqrt(
    mean(here.map((place) => size(place.map((v, axis) => v - (centre[axis] as number))) ** 2)),
  );
  const sizes = all.flatMap((i) => (way(i) === null ? [] : [size(way(i) as number[])]));
  const bound = mean(sizes) + 2 * Math.sqrt(mean(sizes.map((s) => (s - mean(sizes)) ** 2)));
  return all.flatMap((row) => {
    const events: SampleEvent[] = [];
    const [was, is] = [before.prediction?.[row] as number, now.prediction?.[row] as number];
    const [from, to] = [before, now].map((moment) => (moment.confidence?.[row] as number) / 255) as [
      number,
      number,
    ];
    const known = was !== UNKNOWN_CLASS && is !== UNKNOWN_CLASS;
    if (known && was !== is) events.push({ kind: "flip", row, frame, from: was, to: is });
    if (known && Math.abs(to - from) > 0.5) events.push({ kind: "jump", row, frame, from, to });
    const own = way(row);
    if (own === null || size(own) <= bound) return events;
    const far = (i: number) => size((p[i] as number[]).map((v, axis) => v - (p[row]?.[axis] as number)));
    const near = all
      .filter((i) => i !== row && p[i] !== null)
      .sort((a, b) => far(a) - far(b))
      .slice(0, COMPANIONS);
    const ways = near.map(way).filter((other) => other !== null);
    const apart = size(own.map((v, axis) => v - mean(ways.map((other) => other[axis] as number))));
    const kind = apart > bound ? "strayed" : "moved";
    return [...events, { kind, row, frame, from: bound / radius, to: size(own) / radius }];
  });
}

test.each([1, 2, 3])("finds what a walk over every sample finds (%i)", (seed) => {
  const [before, now] = made(seed);
  const transition = new Transition(4, before, now);
  const all = Uint32Array.from({ length: SAMPLES }, (_, i) => i);
  const events = transition.of(all, transition.bound());
  const oracle = slowly(before, now, 4);
  expect(new Set(oracle.map(({ kind }) => kind)).size).toBeGreaterThan(2);
  expect(events.map(({ kind, row }) => [kind, row])).toEqual(oracle.map(({ kind, row }) => [kind, row]));
  events.forEach((event, i) => {
    expect(event.from).toBeCloseTo(oracle[i]?.from as number, 3);
    expect(event.to).toBeCloseTo(oracle[i]?.to as number, 3);
  });
  for (const kind of ["flip", "jump", "moved"] as const) {
    const rows = oracle.filter(
      (event) => event.kind === kind || (kind === "moved" && event.kind === "strayed"),
    );
    expect([...transition.rows(kind)]).toEqual(rows.map(({ row }) => row));
    expect(transition.counts()[kind]).toBe(rows.length);
  }
});

/** A clump that goes one way together, and a sample of it that goes the other way. */
function clump(strays: boolean): Transition {
  const still = Array.from(
    { length: 80 },
    (_, i): Row => [0.5 + (i % 9) / 40, 0.5 + Math.floor(i / 9) / 40, 0, 0],
  );
  const group = Array.from({ length: 4 }, (_, i): Row => [0.1, 0.1 + i / 500, 0, 0]);
  const went = group.map(([x, y], i): Row => [x, y + (strays && i > 0 ? 0 : 0.3), 0, 0]);
  const moment = (rows: readonly Row[]): Moment => ({
    frame: makeFrame(rows),
    prediction: undefined,
    confidence: undefined,
  });
  return new Transition(1, moment([...group, ...still]), moment([...went, ...still]));
}

test("who goes alone strays", () => {
  const alone = clump(true);
  expect(alone.of([0, 1], alone.bound()).map(({ kind, row }) => [kind, row])).toEqual([["strayed", 0]]);
});

test("without maps or predictions there are gaps, not events", () => {
  const [before, now] = made(1);
  const nothing = { frame: undefined, prediction: undefined, confidence: undefined };
  for (const transition of [new Transition(1, nothing, now), new Transition(1, before, nothing)]) {
    expect(transition.bound()).toBeNaN();
    expect(transition.of([0, 1, 2, 3, 4, 5], transition.bound())).toEqual([]);
    expect(transition.counts()).toEqual({ flip: 0, jump: 0, moved: 0 });
  }
  expect(movementBound(new Float32Array(3).fill(Number.NaN))).toBeNaN();
});
