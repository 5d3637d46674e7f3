import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFrame, makeLandscape } from "../data/codec.fixture";
import { mapColours } from "../theme/colour_maps";
import { classColours } from "../theme/palettes";
import {
  Bench,
  BOUNDS,
  between,
  COLOURS,
  expectNear,
  faint,
  NOTHING,
  SIDE,
  scene,
  THEME,
} from "./bench.fixture";
import { UNSUPPORTED_ALPHA } from "./landscape_shaders";
import { LANDSCAPE_ALPHA, type Panel } from "./panel";

let bench: Bench;
let panel: Panel;
const pixel = (x: number, y: number) => bench.pixel(x, y);

beforeEach(() => {
  bench = new Bench();
  panel = bench.panel;
});

afterEach(() => bench.destroy());

describe("the landscape", () => {
  const halves = makeLandscape(32, (column) => [column < 16 ? 0 : 1, 255, 255], { bounds: BOUNDS });

  beforeEach(() => {
    panel.setSamples(1, 2, Int32Array.of(2));
    panel.uploadFrame("a", makeFrame([[0.5, 0.99, 2]]));
    panel.uploadFrame("b", makeFrame([[0.5, 0.99, 2]]));
  });

  it("has the colour of the class", () => {
    panel.uploadLandscape("a", halves, 2);
    bench.render(scene({ landscape: 1 }));
    expectNear(pixel(0.25, 0.5), faint(COLOURS[0] as string, LANDSCAPE_ALPHA));
    expectNear(pixel(0.75, 0.5), faint(COLOURS[1] as string, LANDSCAPE_ALPHA));
  });

  it("is as strong as the view says", () => {
    panel.uploadLandscape("a", halves, 2);
    bench.render(scene({ landscape: 0.5 }));
    expectNear(pixel(0.25, 0.5), faint(COLOURS[0] as string, 0.5 * LANDSCAPE_ALPHA));
    bench.render(scene({ landscape: 0 }));
    expect(pixel(0.25, 0.5)).toEqual(NOTHING);
  });

  it("is pale on the boundary", () => {
    panel.uploadLandscape("a", halves, 2);
    bench.render(scene({ landscape: 1 }));
    expect(pixel(0.5, 0.5)[3]).toBeLessThan(0.4 * 255 * LANDSCAPE_ALPHA);
  });

  it("has its boundary where the model is undecided, between the cells' centres", () => {
    // Confidence of class 0 falls linearly from 1 to 0 over 16 cells and crosses one half at 0.53 of the width.
    const certain = (column: number) => 0.5 - ((column + 0.5) / 32 - 0.53) * 2;
    const slope = makeLandscape(
      32,
      (column) => {
        const p = Math.min(Math.max(certain(column), 0), 1);
        return [p >= 0.5 ? 0 : 1, Math.round(255 * Math.max(p, 1 - p)), 255];
      },
      { bounds: BOUNDS },
    );
    panel.uploadLandscape("a", slope, 2);
    bench.render(scene({ landscape: 1 }));
    const row = Array.from({ length: 40 }, (_, i) => 0.43 + i / SIDE);
    const palest = row.reduce((best, x) =>
      (pixel(x, 0.5)[3] as number) < (pixel(best, 0.5)[3] as number) ? x : best,
    );
    // One cell is 0.031 wide: without the confidences the seam would be at 0.5 + 0.031.
    expect(Math.abs(palest - 0.53)).toBeLessThan(0.012);
  });

  it("is invisible at chance level, and pale without support", () => {
    const chance = makeLandscape(32, (column) => (column < 16 ? [0, 85, 255] : [1, 255, 0]), {
      bounds: BOUNDS,
    });
    panel.uploadLandscape("a", chance, 2);
    bench.render(scene({ landscape: 1 }));
    expect(pixel(0.25, 0.5)).toEqual(NOTHING);
    expectNear(pixel(0.75, 0.5), faint(COLOURS[1] as string, UNSUPPORTED_ALPHA * LANDSCAPE_ALPHA));
  });

  it("by entropy has the colour of the level between the cells, and none where no entropy was logged", () => {
    const map = mapColours("sequential", false);
    const level = (column: number) => (column < 16 ? 30 : 240);
    const entropy = Uint8Array.from({ length: 32 * 32 }, (_, i) => level(i % 32));
    // One class, so that no seam runs through the middle, where the levels meet.
    const alike = makeLandscape(32, () => [0, 255, 255], { bounds: BOUNDS });
    panel.uploadLandscape("a", { ...alike, entropy }, 2);
    bench.graphics.setLandscapeBy("entropy");
    bench.render(scene({ landscape: 1 }));
    expectNear(pixel(0.25, 0.5), faint(map[30] as string, LANDSCAPE_ALPHA));
    // The pixel's centre is 0.08 of a cell into the right half, where the spline gives the left one's cell 0.423 of the weight.
    const between = Math.round(0.423 * 30 + 0.577 * 240);
    expectNear(pixel(0.5, 0.5), faint(map[between] as string, LANDSCAPE_ALPHA));
    expectNear(pixel(0.75, 0.5), faint(map[240] as string, LANDSCAPE_ALPHA));
    // What took the place of one with entropies has none of its own.
    panel.uploadLandscape("a", alike, 2);
    bench.render(scene({ landscape: 1 }));
    expect(pixel(0.25, 0.5)).toEqual(NOTHING);
    bench.graphics.setLandscapeBy("class");
    bench.render(scene({ landscape: 1 }));
    expectNear(pixel(0.25, 0.5), faint(COLOURS[0] as string, LANDSCAPE_ALPHA));
  });

  it("has an unbroken seam of even width, however the boundary runs through the cells", () => {
    // A boundary 23 degrees from the rows, with confidences that saturate within a few cells of it.
    const away = (column: number, row: number) => 0.39 * (column - 15.2) - 0.92 * (row - 15.7);
    const tilted = makeLandscape(
      32,
      (column, row) => {
        const p = 1 / (1 + Math.exp(-2 * away(column, row)));
        return [p >= 0.5 ? 0 : 1, Math.round(255 * Math.max(p, 1 - p)), 255];
      },
      { bounds: BOUNDS },
    );
    panel.uploadLandscape("a", tilted, 2);
    bench.render(scene({ landscape: 1 }));
    const full = 255 * LANDSCAPE_ALPHA;
    for (let column = 8; column < 24; column += 0.25) {
      const alphas = Array.from(
        { length: SIDE },
        (_, y) => pixel((column + 0.5) / 32, y / SIDE)[3] as number,
      );
      const crossed = alphas.slice(SIDE / 5, (4 * SIDE) / 5);
      expect(Math.min(...crossed)).toBeLessThan(0.2 * full);
      const pale = crossed.filter((alpha) => alpha < 0.3 * full).length;
      expect(pale).toBeGreaterThanOrEqual(1);
      expect(pale).toBeLessThanOrEqual(6);
    }
  });

  it("melts away towards the grid's edge, corners first", () => {
    panel.uploadLandscape(
      "a",
      makeLandscape(32, () => [0, 255, 255], { bounds: BOUNDS }),
      2,
    );
    bench.render(scene({ landscape: 1 }));
    const alpha = (x: number, y: number) => pixel(x, y)[3] as number;
    const full = 255 * LANDSCAPE_ALPHA;
    expect(alpha(0.12, 0.5)).toBeGreaterThan(0.8 * full);
    const inwards = [0.002, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12].map((x) => alpha(x, 0.5));
    expect(inwards[0]).toBeLessThan(0.02 * full);
    // No step that an eye could see as a line.
    inwards.slice(1).forEach((value, i) => {
      expect(value - (inwards[i] as number)).toBeGreaterThan(0);
      expect(value - (inwards[i] as number)).toBeLessThan(0.3 * full);
    });
    expect(alpha(0.06, 0.06)).toBeLessThan(0.5 * alpha(0.06, 0.5));
  });

  it("has seams of the same width however far one zooms in", () => {
    const paleAt = (zoom: number) => {
      bench.render(scene({ landscape: 1, camera: { x: 0.5, y: 0.25, zoom } }));
      const row = Array.from({ length: SIDE }, (_, i) => pixel((i + 0.5) / SIDE, 0.5)[3] as number);
      return row.filter((alpha) => alpha < 0.5 * Math.max(...row)).length;
    };
    panel.uploadLandscape("a", halves, 2);
    // The texture has 192 pixels a side: from 2.9 times the whole view on, the screen is painted itself.
    const near = paleAt(2 * 4);
    expect(near).toBeGreaterThan(2);
    for (const zoom of [6, 12, 40]) expect(Math.abs(paleAt(2 * zoom) - near)).toBeLessThanOrEqual(1);
  });

  it("looks the same painted on the screen as from its texture, between two frames as well", () => {
    const tilted = (turn: number) =>
      makeLandscape(
        32,
        (column, row) => [column + turn * row < 16 ? 0 : 1, 140 + 3 * column, 255 - 4 * row],
        { bounds: BOUNDS },
      );
    panel.uploadLandscape("a", tilted(0.2), 2);
    panel.uploadLandscape("b", tilted(-0.3), 2);
    const colourAt = (zoom: number) => {
      const camera = { x: 0.25, y: 0.75, zoom: 2 * zoom };
      bench.render(between(0.3, { landscape: 1, camera }));
      return pixel(0.5, 0.5);
    };
    expect(colourAt(1)[3]).toBeGreaterThan(40);
    expectNear(colourAt(8), colourAt(1), 2);
  });

  it("has row 0 at the bottom", () => {
    const floors = makeLandscape(32, (_, row) => [row < 16 ? 0 : 1, 255, 255], { bounds: BOUNDS });
    panel.uploadLandscape("a", floors, 2);
    bench.render(scene({ landscape: 1 }));
    expectNear(pixel(0.5, 0.25), faint(COLOURS[0] as string, LANDSCAPE_ALPHA));
  });

  it("reads classes above 255", () => {
    const colours = classColours(600, false);
    bench.graphics.setTheme({ ...THEME, classes: colours });
    panel.uploadLandscape(
      "a",
      makeLandscape(32, () => [513, 255, 255], { bounds: BOUNDS }),
      2,
    );
    bench.render(scene({ landscape: 1 }));
    expectNear(pixel(0.5, 0.5), faint(colours[513] as string, LANDSCAPE_ALPHA));
  });

  it("cross-fades", () => {
    panel.uploadLandscape(
      "a",
      makeLandscape(32, () => [0, 255, 255], { bounds: BOUNDS }),
      2,
    );
    panel.uploadLandscape(
      "b",
      makeLandscape(32, () => [1, 255, 255], { bounds: BOUNDS }),
      2,
    );
    bench.render(between(0.25, { landscape: 1 }));
    const [p, q] = [
      faint(COLOURS[0] as string, LANDSCAPE_ALPHA),
      faint(COLOURS[1] as string, LANDSCAPE_ALPHA),
    ];
    expectNear(
      pixel(0.5, 0.5),
      p.map((value, i) => 0.75 * value + 0.25 * (q[i] as number)),
    );
  });

  it("follows the classes that are hidden", () => {
    panel.uploadLandscape("a", halves, 2);
    bench.render(scene({ landscape: 1 }));
    bench.graphics.setTheme({ ...THEME, visibility: (i) => (i === 0 ? 0 : 1) });
    bench.render(scene({ landscape: 1 }));
    expect(pixel(0.25, 0.5)).toEqual(NOTHING);
    expectNear(pixel(0.75, 0.5), faint(COLOURS[1] as string, LANDSCAPE_ALPHA));
  });

  it("is drawn where its own bounds are", () => {
    panel.uploadLandscape("a", { ...halves, bounds: [0, 0, 0.5, 1] }, 2);
    bench.render(scene({ landscape: 1 }));
    expectNear(pixel(0.125, 0.5), faint(COLOURS[0] as string, LANDSCAPE_ALPHA));
    expect(pixel(0.75, 0.5)).toEqual(NOTHING);
  });

  it("by confidence runs along the map from chance level to certainty, boundaries apart", () => {
    const rising = makeLandscape(32, (column) => [0, Math.round(85 + (170 * column) / 31), 255], {
      bounds: BOUNDS,
    });
    panel.uploadLandscape("a", rising, 2);
    bench.graphics.setLandscapeBy("confidence");
    bench.render(scene({ landscape: 1 }));
    const colours = mapColours("sequential", false);
    for (const x of [0.25, 0.5, 0.75]) {
      // The centres of the 32 cells lie at (column + 0.5) / 32.
      const level = Math.round((255 * (32 * (x + 0.5 / SIDE) - 0.5)) / 31);
      expectNear(pixel(x, 0.5), faint(colours[level] as string, LANDSCAPE_ALPHA), 4);
    }
    panel.uploadLandscape("b", halves, 2);
    const frame = { key: "b", bounds: BOUNDS };
    bench.render(scene({ landscape: 1, from: frame, to: frame }));
    expectNear(pixel(0.25, 0.5), faint(colours[255] as string, LANDSCAPE_ALPHA));
    expect(pixel(0.5, 0.5)[3]).toBeLessThan(0.4 * 255 * LANDSCAPE_ALPHA);
    bench.graphics.setLandscapeBy("class");
    bench.render(scene({ landscape: 1, from: frame, to: frame }));
    expectNear(pixel(0.25, 0.5), faint(COLOURS[0] as string, LANDSCAPE_ALPHA));
  });
});
