import { describe, expect, it, test } from "vitest";
import { answerLine, codesOf, differenceLine, errorLine, markAt, marksOf, worst } from "./heat";
import { BLANK, HATCHED } from "./pixels";
import { columnsOf, edgesAround, timeScale } from "./time_scale";

/** Levels 0 .. 10, so that a colour says which place of the map it is. */
const MAP = Uint32Array.from({ length: 11 }, (_, i) => 1000 + i);
/** One pixel a snapshot. */
const each = (snapshots: number) => ({
  first: Int32Array.from({ length: snapshots }, (_, t) => t),
  end: Int32Array.from({ length: snapshots }, (_, t) => t + 1),
});

describe("errors under a pixel", () => {
  const codes = Uint8Array.of(255, 0, 254, 255, 255, 64, 10, 255);
  const table = { codes, stride: 1, index: 0 };

  it("are the largest that is known, whatever their number", () => {
    const columns = { first: Int32Array.of(0, 0, 3, 5, 8), end: Int32Array.of(1, 3, 5, 8, 8) };
    expect([...worst(table, columns)]).toEqual([255, 254, 255, 64, -1]);
  });
  it("are of the column that is asked for", () => {
    expect([...worst({ codes, stride: 2, index: 1 }, each(4))]).toEqual([0, 255, 64, 255]);
  });
  it("keep a spike of one snapshot among a thousand at any width", () => {
    const many = new Uint8Array(1000);
    many[617] = 254;
    const edges = edgesAround([...many.keys()]);
    for (const width of [1, 7, 100, 999, 3000]) {
      const columns = columnsOf(edges, timeScale(0, 999, width), width);
      expect(Math.max(...worst({ codes: many, stride: 1, index: 0 }, columns))).toBe(254);
    }
  });
  it("have colours by their root", () => {
    const line = errorLine(Int16Array.of(0, 254, 63, 255, -1), MAP);
    expect([...line]).toEqual([1000, 1010, 1005, HATCHED, BLANK]);
  });
  it("come from errors of 0 to 1", () => {
    expect([...codesOf([0, 1, 0.5, Number.NaN])]).toEqual([0, 254, 127, 255]);
  });
});

test("a difference is in the middle of the map where there is none, and unknown where either is", () => {
  const mine = Int16Array.of(0, 254, 0, 100, 255, 3, -1);
  const theirs = Int16Array.of(0, 0, 254, 100, 3, 255, 3);
  expect([...differenceLine(mine, theirs, MAP)]).toEqual([1005, 1010, 1000, 1005, HATCHED, HATCHED, BLANK]);
});

describe("answers to a sample", () => {
  /** [snapshots, 2 samples] */
  const answers = Uint16Array.of(9, 1, 9, 2, 9, 1, 9, 65_535);
  const colours = { right: 11, wrong: 12, classes: null, other: 13 };

  it("are right, wrong, or not seen", () => {
    expect([...answerLine(answers, 2, 1, 1, each(4), colours)]).toEqual([11, 12, 11, HATCHED]);
  });
  it("show a wrong one under a pixel with others", () => {
    const columns = { first: Int32Array.of(0, 2, 4), end: Int32Array.of(3, 4, 4) };
    expect([...answerLine(answers, 2, 1, 1, columns, colours)]).toEqual([12, 11, BLANK]);
  });
  it("have the colours of the classes, where there are some", () => {
    const byClass = { ...colours, classes: Uint32Array.of(100, 101, 102) };
    expect([...answerLine(answers, 2, 1, -1, each(4), byClass)]).toEqual([101, 102, 101, HATCHED]);
    expect([...answerLine(answers, 2, 0, -1, each(1), byClass)]).toEqual([13]);
  });
});

describe("triangles", () => {
  const times = [0, 10, 20, 30];
  const anomalies = [
    { class: 0, snapshot: 1, left: 5, right: 0 },
    { class: 0, snapshot: 3, left: 20, right: 35 },
  ];
  const marks = marksOf(anomalies, times, { least: 5, size: 50, most: 0.7, widest: 9 });

  it("are one for each rule, as wide as there are samples", () => {
    expect(marks.map(({ rule, count, time, half }) => [rule, count, time, Math.round(half)])).toEqual([
      ["left", 5, 10, 3],
      ["left", 20, 30, 6],
      ["right", 35, 30, 9],
    ]);
  });
  it("are found under the pointer, the left rule's on the upper half", () => {
    const scale = timeScale(0, 30, 300);
    expect(markAt(marks, scale, 104, true)).toBe(marks[0]);
    expect(markAt(marks, scale, 106, true)).toBeNull();
    expect(markAt(marks, scale, 104, false)).toBeNull();
    expect(markAt(marks, scale, 292, false)).toBe(marks[2]);
  });
  it("of one size alone are the widest", () => {
    const one = marksOf(anomalies.slice(0, 1), times, { least: 5, size: 50, most: 0.1, widest: 9 });
    expect(one[0]?.half).toBe(9);
  });
});
