import { expect, test } from "vitest";
import { framesIndex } from "../testing";
import { badgeText, grade, inWords, MEASURES, measured } from "./measures";

const { faithfulness } = framesIndex();
const byKey = (key: string) => {
  const found = MEASURES.find((m) => m.key === key);
  if (found === undefined) throw new Error(key);
  return found;
};

test("the badge says both numbers of the frame, with the floor", () => {
  expect(badgeText(faithfulness, 2)).toEqual({
    grade: "good",
    neighbours: { value: "53 %", floor: "0.8 %" },
    decides: { value: "96 %", floor: null },
  });
});

test("a map is as good as the worse of its two numbers", () => {
  expect(badgeText(faithfulness, 0).grade).toBe("poor");
  expect(badgeText(faithfulness, 1).grade).toBe("fair");
  expect(badgeText({ neighbours: [0.6], ppr_held_out: [0.5] }, 0).grade).toBe("poor");
});

test("what was not measured is neither said nor graded", () => {
  expect(badgeText({}, 0)).toEqual({ grade: "unknown", neighbours: null, decides: null });
  expect(badgeText({ neighbours: [null], ppr_held_out: [0.95] }, 0)).toEqual({
    grade: "good",
    neighbours: null,
    decides: { value: "95 %", floor: null },
  });
});

test("errors and motion are better when lower", () => {
  expect(grade(byKey("displacement"), 0.02, null)).toBe("good");
  expect(grade(byKey("displacement"), 0.1, null)).toBe("fair");
  expect(grade(byKey("displacement"), 0.5, null)).toBe("poor");
  expect(grade(byKey("placed"), 1, null)).toBe("good");
  expect(grade(byKey("trust"), 0.946, null)).toBe("good");
  expect(grade(byKey("placed"), null, null)).toBe("unknown");
});

test("values read in their own unit", () => {
  expect(inWords(byKey("displacement"), 0.022)).toBe("0.022");
  expect(inWords(byKey("trust"), 0.985)).toBe("99 %");
  expect(measured(faithfulness, "displacement", 0)).toBeNull();
});

test("agreement that the largest class alone would reach is neither praised nor hidden", () => {
  const onesided = { neighbours: [0.5], ppr_held_out: [1], ppr_floor: [1] };
  expect(badgeText(onesided, 0)).toMatchObject({
    grade: "unknown",
    decides: { value: "100 %", floor: "100 %" },
  });
  expect(grade(byKey("ppr_held_out"), 0.95, 0.95)).toBe("unknown");
  expect(grade(byKey("ppr_held_out"), 0.12, 0.12)).toBe("poor");
});
