import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import { makeFrame } from "../../data/codec.fixture";
import { discRadius, ringWidth } from "../../gl/look";
import type { PanelSource } from "../../gl/panel_source";
import type { TakenPanel } from "../../gl/picture";
import { circleCount, type Drawing, toSvg } from "./svg";

const frame = makeFrame([
  [0.5, 0.5, 0],
  [0.25, 0.75, 1],
  [1, 0.5, 0],
]);
const drawn = {
  from: { key: "k", bounds: frame.bounds, frame },
  to: { key: "k", bounds: frame.bounds, frame },
  mix: 0,
};
const source = { labels: signal(Int32Array.of(0, 1, -1)) } as unknown as PanelSource;
/** Half of the panel's side is one layout unit, its centre (0.5, 0.5). */
const panel: TakenPanel = {
  source,
  drawn,
  rect: { left: 10, top: 0, width: 200, height: 200 },
  camera: { x: 0.5, y: 0.5, zoom: 1 },
  zoom: 1,
};
const drawing: Drawing = {
  width: 220,
  height: 200,
  title: 'a <run> & "more"',
  classes: ["cat", "dog"],
  colours: ["#ff0000", "#00ff00"],
  neutral: "#888888",
  ink: "#000000",
  paper: null,
  plane: null,
  panels: [panel],
  shown: () => true,
  own: null,
  sizes: null,
  halo: "#ffffff",
};

function read(text: string): Document {
  const document = new DOMParser().parseFromString(text, "image/svg+xml");
  expect(document.querySelector("parsererror")).toBeNull();
  return document;
}

const centres = (of: Element | null) =>
  [...(of?.querySelectorAll("circle") ?? [])].map((one) => [
    Number(one.getAttribute("cx")),
    Number(one.getAttribute("cy")),
  ]);

test("each class is a group of circles where the map draws them", () => {
  const document = read(toSvg(drawing));
  expect(document.querySelector("title")?.textContent).toBe('a <run> & "more"');
  expect(document.querySelector("#cat")?.getAttribute("fill")).toBe("#ff0000");
  // The title line takes 34 pixels.
  expect(centres(document.querySelector("#cat"))).toEqual([
    [110, 134],
    [160, 134],
  ]);
  expect(centres(document.querySelector("#dog"))).toEqual([[85, 109]]);
  expect([document.querySelectorAll("rect[fill]").length, document.querySelector("image")]).toEqual([
    0,
    null,
  ]);
});

test("what is hidden is left out, and colours of the samples' own are kept", () => {
  const own = Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255);
  const text = toSvg({
    ...drawing,
    shown: (_, of) => of === 1,
    own,
    plane: "data:image/png;base64,AA==",
    paper: "#ffffff",
  });
  const document = read(text);
  expect([...document.querySelectorAll("circle")].map((one) => one.getAttribute("fill"))).toEqual([
    "rgb(4,5,6)",
  ]);
  expect(document.querySelector("image")?.getAttribute("href")).toMatch(/^data:/);
  expect(circleCount([panel, panel])).toBe(6);
});

test("a wrong prediction has the ring that the map draws, in the predicted class's colour", () => {
  const taken = { ...panel, source: { labels: signal(Int32Array.of(1, 1, -1)) } as unknown as PanelSource };
  const document = read(toSvg({ ...drawing, panels: [taken] }));
  const [halo, ring, disc] = [...document.querySelectorAll('[id="predicted wrong"] circle')];
  const number = (of: Element | undefined, name: string) => Number(of?.getAttribute(name));
  const radius = discRadius(3, 200, 200, 1);
  const width = ringWidth(radius);
  // As the shader has it: the disc at 0.85 of its size, a gap of one width, a ring up to 2.75 widths, a halo up to 4.
  expect(number(disc, "r")).toBeCloseTo(0.85 * radius, 1);
  expect(number(ring, "r") - number(ring, "stroke-width") / 2).toBeCloseTo(0.85 * radius + width, 1);
  expect(number(ring, "r") + number(ring, "stroke-width") / 2).toBeCloseTo(0.85 * radius + 2.75 * width, 1);
  expect(number(halo, "r")).toBeCloseTo(0.85 * radius + 4 * width, 1);
  expect([disc?.getAttribute("fill"), ring?.getAttribute("stroke")]).toEqual(["#00ff00", "#ff0000"]);
  expect(centres(document.querySelector("#dog"))).toEqual([[85, 109]]);
  const own = new Uint8Array(12);
  expect(
    read(toSvg({ ...drawing, panels: [taken], own })).querySelector('[id="predicted wrong"]'),
  ).toBeNull();
});

test("samples are as large as on the screen: by their column, and by how far one has zoomed in", () => {
  const radii = (more: Partial<Drawing>, zoom = 1) => {
    const document = read(toSvg({ ...drawing, panels: [{ ...panel, zoom }], ...more }));
    return [...document.querySelectorAll("circle")].map((one) => Number(one.getAttribute("r")));
  };
  const radius = discRadius(3, 200, 200, 1);
  expect(radii({})).toEqual([radius, radius, radius].map((r) => expect.closeTo(r, 1)));
  // The two of the first class come first.
  expect(radii({ sizes: Float32Array.of(0.6, 1, 1.8) })).toEqual(
    [0.6 * radius, 1.8 * radius, radius].map((r) => expect.closeTo(r, 1)),
  );
  expect(radii({}, 4)[0]).toBeCloseTo(discRadius(3, 200, 200, 4), 1);
});
