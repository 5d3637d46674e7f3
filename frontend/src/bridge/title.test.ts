import { afterEach, beforeEach, expect, test } from "vitest";
import { showCount } from "./title";

beforeEach(() => {
  document.title = "TensorBoard";
});
afterEach(() => {
  document.title = "";
});

test("a count stands before the title and leaves it as it was", () => {
  showCount(2);
  expect(document.title).toBe("(2) TensorBoard");
  showCount(3);
  expect(document.title).toBe("(3) TensorBoard");
  showCount(0);
  expect(document.title).toBe("TensorBoard");
  showCount(0);
  expect(document.title).toBe("TensorBoard");
});

test("a page of another origin is left alone", () => {
  const parent = {
    get document(): Document {
      throw new DOMException("blocked", "SecurityError");
    },
  };
  showCount(2, { parent, document } as unknown as Window);
  expect(document.title).toBe("TensorBoard");
});
