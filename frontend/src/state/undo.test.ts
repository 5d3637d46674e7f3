import { expect, it } from "vitest";
import { advance, begin, redo, UNDO_LIMIT, undo, undoLimit } from "./undo";

it("goes back and forth, and forgets what was undone when something new is done", () => {
  const three = advance(advance(begin(1), 2), 3);
  const back = undo(undo(three));
  expect(back.present).toBe(1);
  expect(undo(back)).toBe(back);
  expect(redo(redo(redo(back))).present).toBe(3);
  expect(redo(advance(back, 9)).present).toBe(9);
});

it("remembers a bounded number of states, fewer of large ones", () => {
  let timeline = begin(0);
  for (let i = 1; i <= 3 * UNDO_LIMIT; i++) timeline = advance(timeline, i);
  expect(timeline.past.length).toBe(UNDO_LIMIT);
  expect(timeline.past[0]).toBe(2 * UNDO_LIMIT);
  expect(undoLimit(1797)).toBe(UNDO_LIMIT);
  expect(undoLimit(1_000_000)).toBe(67);
  expect(undoLimit(1e9)).toBe(1);
});
