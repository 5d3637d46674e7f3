import { expect, test } from "vitest";
import { columnsOf, timeScale } from "../../charts/time_scale";
import { MAP_LEVELS } from "../../theme/colour_maps";
import { columnError, columnMost, finiteRange, paintColumns, paintTriangles } from "./strip_paint";

const edges = Float64Array.of(0, 1, 2, 3, 4);

test("a column shows the greatest of its buckets, and nothing where there is none", () => {
  const values = Float32Array.of(Number.NaN, -3, Number.NEGATIVE_INFINITY, Number.NaN);
  const at = (width: number) => [...columnMost(values, columnsOf(edges, timeScale(0, 4, width), width))];
  expect(at(4)).toEqual([Number.NaN, -3, Number.NEGATIVE_INFINITY, Number.NaN]);
  expect(at(2)).toEqual([-3, Number.NEGATIVE_INFINITY]);
  expect(at(1)).toEqual([-3]);
});

test("a column shows the mean error of its snapshots, those left out that did not see the class", () => {
  // Two classes; the second is asked for.
  const codes = Uint8Array.of(9, 254, 9, 0, 9, 255, 9, 255);
  const at = (width: number) => [
    ...columnError(codes, 2, 1, columnsOf(edges, timeScale(0, 4, width), width)),
  ];
  expect(at(4)).toEqual([1, 0, Number.NaN, Number.NaN]);
  expect(at(2)).toEqual([0.5, Number.NaN]);
});

test("a range is of what is finite", () => {
  expect(finiteRange(Float32Array.of(Number.NaN, 2, Number.NEGATIVE_INFINITY, -1))).toEqual([-1, 2]);
  expect(finiteRange(Float32Array.of(Number.NaN))).toEqual([0, 1]);
});

/** Notes what is filled with what. */
function recorder() {
  const filled: (readonly [colour: string, x: number])[] = [];
  const moved: (readonly [number, number])[] = [];
  const context = {
    fillStyle: "",
    fillRect(x: number) {
      filled.push([this.fillStyle, x]);
    },
    moveTo: (x: number, y: number) => moved.push([x, y]),
    beginPath() {},
    lineTo() {},
    closePath() {},
    fill() {},
    stroke() {},
  };
  return { context: context as unknown as CanvasRenderingContext2D, filled, moved };
}

test("colours run from the least to the greatest; what did not change has none", () => {
  const { context, filled } = recorder();
  const colours = Array.from({ length: MAP_LEVELS }, (_, i) => `c${i}`);
  const values = Float32Array.of(-10, Number.NEGATIVE_INFINITY, 0, Number.NaN, 5);
  paintColumns(context, values, [-10, 0], colours, 0, 10);
  expect(filled).toEqual([
    ["c0", 0],
    ["c255", 2],
    ["c255", 4],
  ]);
});

test("triangles hang where their times are, and none elsewhere", () => {
  const { context, moved } = recorder();
  paintTriangles(context, [1, 3, 30], timeScale(0, 4, 100), 4, "a", "b");
  expect(moved).toEqual([
    [21, 0],
    [71, 0],
  ]);
});
