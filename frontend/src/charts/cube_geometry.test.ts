import { describe, expect, test } from "vitest";
import {
  axisOf,
  fitting,
  inWindow,
  LEAN,
  onRight,
  onTop,
  RIGHT_SKEW,
  RISE,
  scrolledTo,
  sizeOf,
  TOP_SKEW,
} from "./cube_geometry";

/** What CSS does to a point of a plane, by the specification of skewX(a) and skewY(a). */
function skewed(css: string, x: number, y: number): readonly [number, number] {
  const angle = Number(/\((.*)rad\)/.exec(css)?.[1]);
  return css.startsWith("skewX") ? [x + Math.tan(angle) * y, y] : [x, y + Math.tan(angle) * x];
}

describe("the faces", () => {
  test("share their edges", () => {
    for (const x of [0, 130, 700]) expect(onTop(x, 0)).toEqual({ x, y: 0 });
    for (const y of [0, 55, 300]) expect(onRight(700, 0, y)).toEqual({ x: 700, y });
    for (const depth of [0, 19, 250]) expect(onRight(700, depth, 0)).toEqual(onTop(700, depth));
  });

  test("are where CSS puts them", () => {
    const depth = 240;
    for (const [x, z] of [
      [0, 0],
      [300, 100],
      [700, 240],
    ] as const) {
      // The top turns about its lower left corner, and z runs upwards from there.
      const [left, top] = skewed(TOP_SKEW, x, -z * RISE);
      expect(left).toBeCloseTo(onTop(x, z).x);
      expect(top).toBeCloseTo(onTop(x, z).y);
    }
    for (const y of [0, 120]) {
      const [left, top] = skewed(RIGHT_SKEW, depth, y);
      expect(700 + left).toBeCloseTo(onRight(700, depth, y).x);
      expect(top).toBeCloseTo(onRight(700, depth, y).y);
    }
  });

  test("a pointer on top finds its time again by the lean", () => {
    const { x, y } = onTop(420, 133);
    expect(x - LEAN * -y).toBeCloseTo(420);
  });
});

describe("axes", () => {
  const axis = axisOf([20, 30, 10]);
  test("lay items one behind the other", () => {
    expect(axis).toEqual({ edges: [0, 20, 50, 60], length: 60 });
    expect([0, 1, 2].map((item) => sizeOf(axis, item))).toEqual([20, 30, 10]);
  });

  test("show what overlaps the window and nothing else", () => {
    const naive = (from: number, room: number) =>
      [0, 1, 2].filter(
        (i) => (axis.edges[i + 1] as number) > from && (axis.edges[i] as number) < from + room,
      );
    for (let from = 0; from < 60; from++) {
      for (const room of [1, 15, 60]) {
        const { first, end } = inWindow(axis, from, room);
        expect([0, 1, 2].slice(first, end)).toEqual(naive(from, room));
      }
    }
    expect(inWindow(axisOf([]), 0, 50)).toEqual({ first: 0, end: 0 });
  });

  test("scroll as little as it takes", () => {
    expect(scrolledTo(axis, 0, 10, 30)).toBe(0);
    expect(scrolledTo(axis, 1, 0, 30)).toBe(20);
    expect(scrolledTo(axis, 1, 20, 30)).toBe(20);
    expect(scrolledTo(axis, 2, 0, 30)).toBe(30);
    expect(scrolledTo(axis, 2, 0, 90)).toBe(0);
  });

  test("sizes fill the room within bounds", () => {
    expect(fitting(10, 300, 19, 40)).toBe(30);
    expect(fitting(100, 300, 19, 40)).toBe(19);
    expect(fitting(0, 300, 19, 40)).toBe(40);
  });
});
