import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { createRef } from "preact";
import { afterEach, expect, test } from "vitest";
import { Popover } from "./popover";

afterEach(cleanup);

function open() {
  const anchor = createRef<HTMLButtonElement>();
  let closed = 0;
  const onClose = () => {
    closed += 1;
  };
  const page = (
    <div>
      <p>elsewhere</p>
      <button type="button" ref={anchor}>
        opener
      </button>
      <Popover label="Panel" anchor={anchor} onClose={onClose}>
        <span>inside</span>
      </Popover>
    </div>
  );
  render(page);
  return { closed: () => closed };
}

test("takes the focus, and Escape closes it and gives the focus back", () => {
  const { closed } = open();
  expect(document.activeElement).toBe(screen.getByRole("dialog", { name: "Panel" }));
  fireEvent.keyDown(screen.getByText("inside"), { key: "Escape" });
  expect(closed()).toBe(1);
  expect(document.activeElement).toBe(screen.getByText("opener"));
});

/** A real event: the testing library would rename it to suit listeners that Preact adds. */
function press(text: string): void {
  screen.getByText(text).dispatchEvent(new MouseEvent("pointerdown", { bubbles: true }));
}

test("a press elsewhere closes it, one inside or on its button does not", () => {
  const { closed } = open();
  press("inside");
  press("opener");
  expect(closed()).toBe(0);
  press("elsewhere");
  expect(closed()).toBe(1);
});
