import { expect, test } from "vitest";
import { folded, paintHorizon } from "./horizon";
import { NOTHING } from "./strip";

const COLOURS = { positive: [1, 2, 3], negative: [11, 12, 13], nothing: 99 };
const [WIDTH, HEIGHT] = [1, 10];

function column(place: number, colours = COLOURS): number[] {
  const pixels = new Uint32Array(WIDTH * HEIGHT);
  paintHorizon(pixels, WIDTH, HEIGHT, [place], colours);
  return Array.from(pixels);
}

/** What the fold says: pixel y from below has the strongest band whose part of the area reaches over it. */
function unfolded(place: number, bands: readonly number[]): number[] {
  const area = Math.abs(place) * bands.length * HEIGHT;
  return Array.from({ length: HEIGHT }, (_, y) => {
    const fromBelow = HEIGHT - 1 - y;
    let colour = 0;
    for (const [band, one] of bands.entries()) {
      if (Math.round(area - band * HEIGHT) > fromBelow) colour = one;
    }
    return colour;
  });
}

test("bands lie over each other as an area that is cut and folded", () => {
  for (let place = 0; place <= 1; place += 0.01) {
    expect(column(place)).toEqual(unfolded(place, COLOURS.positive));
    if (place > 0) expect(column(-place)).toEqual(unfolded(place, COLOURS.negative));
  }
});

test("one band is an area", () => {
  const one = { ...COLOURS, positive: [7] };
  expect(column(0.4, one)).toEqual([0, 0, 0, 0, 0, 0, 7, 7, 7, 7]);
});

test("the greatest fills the last band, nothing at all is a line, and a gap is empty", () => {
  expect(folded(1, 3)).toEqual({ full: 2, share: 1 });
  expect(column(1)).toEqual(Array(HEIGHT).fill(3));
  expect(column(NOTHING)).toEqual([...Array(8).fill(0), 99, 99]);
  expect(column(Number.NaN)).toEqual(Array(HEIGHT).fill(0));
});
