import { expect, test } from "vitest";
import { UNKNOWN_CLASS } from "../../data/types";
import { cellOf, stripShapes } from "./strip_shapes";

const SIZE = { width: 40, height: 20, line: 3 };
/** Left, top, width and height of each box of a path. */
const boxes = (path: string | undefined) =>
  [...(path ?? "").matchAll(/M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)/g)].map((match) =>
    match.slice(1).map(Number),
  );

test("a cell an epoch, as high as the model is sure, in a path for each class", () => {
  const cells = [
    { prediction: 1, confidence: 1 },
    null,
    { prediction: 0, confidence: 0 },
    { prediction: 1, confidence: 0.5 },
  ];
  const { byClass, right, gaps } = stripShapes(cells, 1, SIZE);
  expect([...byClass.keys()]).toEqual([1, 0]);
  expect(boxes(byClass.get(1)).map(([x]) => x)).toEqual([0, 30]);
  const heights = [...boxes(byClass.get(1)), ...boxes(byClass.get(0))].map(([, , , tall]) => tall as number);
  expect(heights[0]).toBe(20);
  expect(heights[0]).toBeGreaterThan(heights[1] as number);
  expect(heights[1]).toBeGreaterThan(heights[2] as number);
  // What is hardly sure can still be seen, and every cell stands on the same ground.
  expect(heights[2]).toBeGreaterThan(1);
  for (const [, top, , tall] of boxes(byClass.get(1))) expect((top as number) + (tall as number)).toBe(20);
  expect(boxes(right).map(([x, top, , tall]) => [x, top, tall])).toEqual([
    [0, 22, 3],
    [30, 22, 3],
  ]);
  expect(boxes(gaps).map(([x]) => x)).toEqual([10]);
});

test("thousands of epochs take as many elements as classes", () => {
  const cells = Array.from({ length: 5000 }, (_, i) => ({ prediction: i % 3, confidence: 0.5 }));
  const { byClass } = stripShapes(cells, -1, SIZE);
  expect(byClass.size).toBe(3);
  expect(boxes(byClass.get(2)).at(-1)?.[0]).toBeLessThan(40);
});

test("what is not known is no cell", () => {
  const frame = undefined;
  const prediction = Uint16Array.of(3, UNKNOWN_CLASS);
  const confidence = Uint8Array.of(51, 0);
  expect(cellOf({ frame, prediction, confidence }, 0)).toEqual({ prediction: 3, confidence: 0.2 });
  expect(cellOf({ frame, prediction, confidence }, 1)).toBeNull();
  expect(cellOf({ frame, prediction: undefined, confidence: undefined }, 0)).toBeNull();
});
