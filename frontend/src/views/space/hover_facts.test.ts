import { expect, test } from "vitest";
import { frameData, samples } from "../testing";
import { hoverFacts, tileStyle } from "./hover_facts";

test("gathers one sample's row", () => {
  expect(hoverFacts(3, frameData(0), samples(["", "", "", "a dog"]), 15, 38)).toEqual({
    id: "d",
    label: 1,
    prediction: 2,
    confidence: 158 / 255,
    kept: { count: 11, of: 15 },
    lied: false,
    heldOut: true,
    text: "a dog",
  });
});

test("what is not known is null, not a number", () => {
  const facts = hoverFacts(5, frameData(0), samples(), null, null);
  expect(facts).toMatchObject({ label: null, prediction: null, confidence: null, kept: null, text: null });
  expect(hoverFacts(2, frameData(0), null, null, null).id).toBe("2");
});

test("a small tile is enlarged by a whole factor and cut from its row and column", () => {
  const tiles = { tile_width: 8, tile_height: 8, columns: 43 };
  expect(tileStyle(44, 1797, tiles, "t.png")).toEqual({
    width: "72px",
    height: "72px",
    "background-image": 'url("t.png")',
    "background-size": `${43 * 72}px ${42 * 72}px`,
    "background-position": "-72px -72px",
  });
});

test("a large tile is made smaller", () => {
  const style = tileStyle(0, 4, { tile_width: 144, tile_height: 72, columns: 2 }, "t.png");
  expect([style.width, style.height, style["background-size"]]).toEqual(["72px", "36px", "144px 72px"]);
});
