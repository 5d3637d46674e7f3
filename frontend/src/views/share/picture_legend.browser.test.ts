import { expect, test } from "vitest";
import { mapColours } from "../../theme/colour_maps";
import { layOut } from "./picture_legend";

function drawn(legend: Parameters<typeof layOut>[1], width: number) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = 200;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.textBaseline = "middle";
  const { height, draw } = layOut(context, legend, width, false);
  draw(10, "#000000");
  const { data } = context.getImageData(0, 0, width, 200);
  const hex = (i: number) =>
    `#${[...data.subarray(4 * i, 4 * i + 3)].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  return { height, colours: Array.from({ length: width * 200 }, (_, i) => hex(i)) };
}

test("entries go on to the next line where there is no room, each with its dot", () => {
  const entries = ["#ff0000", "#00ff00", "#0000ff"].map((colour) => ({
    text: "a long name of a class",
    colour,
  }));
  const wide = drawn({ entries, scale: null }, 900);
  const narrow = drawn({ entries, scale: null }, 180);
  expect([wide.height, narrow.height]).toEqual([28, 68]);
  const rows = ({ colours }: typeof wide, width: number) =>
    entries.map(({ colour }) => Math.floor(colours.indexOf(colour) / width));
  // The first full pixel of a dot lies a pixel higher or lower, by where its middle falls between pixels.
  const [first, second, third] = rows(narrow, 180) as [number, number, number];
  const line = rows(wide, 900);
  expect(Math.max(...line) - Math.min(...line)).toBeLessThanOrEqual(1);
  expect(Math.abs(second - first - 20)).toBeLessThanOrEqual(1);
  expect(Math.abs(third - second - 20)).toBeLessThanOrEqual(1);
  expect(drawn({ entries: [], scale: null }, 900).height).toBe(0);
});

test("a scale is a bar from the map's first colour to its last, as wide as it says", () => {
  const { colours, height } = drawn({ entries: [], scale: { name: "loss", from: "0", to: "≥ 4.6" } }, 400);
  expect(height).toBe(28);
  const line = colours.slice(24 * 400, 25 * 400);
  const map = mapColours("sequential", false);
  const near = (hex: string, other: string) =>
    [1, 3, 5].every(
      (at) =>
        Math.abs(Number.parseInt(hex.slice(at, at + 2), 16) - Number.parseInt(other.slice(at, at + 2), 16)) <
        4,
    );
  const from = line.findIndex((colour) => near(colour, map[0] as string));
  const to = line.findLastIndex((colour) => near(colour, map.at(-1) as string));
  expect(to - from).toBeGreaterThan(115);
  expect(to - from).toBeLessThanOrEqual(121);
  expect(near(line[from + 60] as string, map[128] as string)).toBe(true);
});
