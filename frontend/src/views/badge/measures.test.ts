import { expect, test } from "vitest";
import { framesIndex } from "../testing";
import { badgeText, doubts, grade, inWords, MEASURES, measured } from "./measures";

const { faithfulness } = framesIndex();
const byKey = (key: string) => {
  const found = MEASURES.find((m) => m.key === key);
  if (found === undefined) throw new Error(key);
  return found;
};

test("the badge says both numbers of the frame, with the floor", () => {
  expect(badgeText(faithfulness, 2)).toEqual({
    grade: "good",
    doubts: [],
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
  expect(badgeText({}, 0)).toEqual({ grade: "unknown", doubts: [], neighbours: null, decides: null });
  expect(badgeText({ neighbours: [null], ppr_held_out: [0.95] }, 0)).toEqual({
    grade: "good",
    doubts: [],
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

test("what must not be believed is said in words", () => {
  const says = (numbers: Record<string, number>) =>
    doubts(Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, [value]])), 0);
  expect(says({ ppr_held_out: 0.61, ppr_floor: 0.13 })).toEqual([
    "background wrong on 39 % of held-out samples",
  ]);
  // Judged as it is read: 90 % on the badge is not below 90 %.
  expect(says({ ppr_held_out: 0.896 })).toEqual([]);
  expect(says({ ppr_held_out: 0.89 })).toHaveLength(1);
  expect(says({ neighbours: 0.04, neighbours_floor: 0.0167 })).toEqual([
    "neighbours hardly better than chance",
  ]);
  expect(says({ neighbours: 0.06, neighbours_floor: 0.0167 })).toEqual([]);
  expect(says({ displacement: 0.16 })).toEqual(["samples drift without cause"]);
  expect(says({ displacement: 0.15 })).toEqual([]);
  expect(
    says({ ppr_held_out: 0.5, neighbours: 0.02, neighbours_floor: 0.0167, displacement: 1 }),
  ).toHaveLength(3);
  expect(says({})).toEqual([]);
});

test("a bad agreement is not excused by a largest class that would be called good", () => {
  expect(grade(byKey("ppr_held_out"), 0.5, 0.95)).toBe("poor");
});

test("a map that only drifts is not called faithful", () => {
  const drifting = { neighbours: [0.6], ppr_held_out: [0.97], displacement: [0.4] };
  expect(badgeText(drifting, 0).grade).toBe("fair");
});
