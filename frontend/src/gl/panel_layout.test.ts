import { describe, expect, it } from "vitest";
import { fitCamera, toScreen } from "./camera";
import { GUTTER, linkedCamera, panelRects, viewportOf } from "./panel_layout";

describe("panelRects", () => {
  it.each([
    [1, 900, 600, 1],
    [2, 900, 600, 2],
    [2, 600, 900, 1],
    [3, 1200, 400, 3],
    [3, 600, 600, 2],
    [4, 900, 600, 2],
  ])("puts %d panels on %d x %d in %d columns", (count, width, height, columns) => {
    const rects = panelRects(count, { width, height });
    expect(new Set(rects.map(({ left }) => left)).size).toBe(columns);
    expect(rects).toHaveLength(count);
    for (const rect of rects) {
      expect(rect.left + rect.width).toBeLessThanOrEqual(width + 1e-9);
      expect(rect.top + rect.height).toBeLessThanOrEqual(height + 1e-9);
      expect([rect.width, rect.height]).toEqual([rects[0]?.width, rects[0]?.height]);
    }
  });
});

it("counts device pixels from the lower left, side by side without overlap", () => {
  const canvas = { width: 301, height: 200 };
  const [left, right] = panelRects(2, canvas).map((rect) => viewportOf(rect, canvas, 1.5));
  expect(left).toMatchObject({ x: 0, y: 0, height: 300 });
  expect((left?.width ?? 0) + 1.5 * GUTTER).toBeCloseTo(right?.x ?? 0, -0.4);
  expect((right?.x ?? 0) + (right?.width ?? 0)).toBe(452);
  const [upper, lower] = panelRects(2, { width: 200, height: 302 }).map((rect) =>
    viewportOf(rect, { width: 200, height: 302 }, 1),
  );
  expect(lower?.y).toBe(0);
  expect(upper?.y).toBe(152);
});

it("looks into maps of other extents at the corresponding place", () => {
  const size = { width: 400, height: 300 };
  const [small, large] = [fitCamera([0, 0, 1, 1], size), fitCamera([10, 10, 30, 30], size)];
  const camera = { x: small.x + 0.2, y: small.y - 0.1, zoom: 5 * small.zoom };
  const linked = linkedCamera(camera, small, large);
  // What is a fifth of the way across in one is a fifth of the way across in the other.
  const place = toScreen(camera, size, 0.7, 0.4);
  const same = toScreen(linked, size, 10 + 0.7 * 20, 10 + 0.4 * 20);
  for (const axis of [0, 1]) expect(same[axis]).toBeCloseTo(place[axis] as number, 6);
  expect(linkedCamera(camera, small, small)).toEqual(camera);
});
