import { signal } from "@preact/signals";
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import { pathPoints, Trajectory } from "./trajectory";

afterEach(cleanup);

const ANY = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

test("points are where both are known; of many every n-th, and always the last", () => {
  expect(pathPoints([0, Number.NaN, 2, 3], [1, 1, Number.NaN, 1])).toEqual([0, 3]);
  const many = Array.from({ length: 1001 }, (_, i) => i);
  const points = pathPoints(many, many, 100);
  expect(points.length).toBeLessThanOrEqual(101);
  expect(points.at(-1)).toBe(1000);
});

test("the path, the ring of now, and a click that goes to the nearest point", () => {
  const now = signal(2);
  const onSeek = vi.fn();
  const axis = (values: readonly number[]) => ({ name: "n", values, least: 0.1, bounds: ANY });
  const { container } = render(
    <Trajectory
      label="path of fc"
      width={156}
      height={146}
      times={[0, 1, 2]}
      x={axis([0, 1, 2])}
      y={axis([0, 1, 4])}
      colours={["#aaa", "#000"]}
      marks={[]}
      now={now}
      hover={signal(null)}
      onHover={() => {}}
      onSeek={onSeek}
    />,
  );
  const dots = [...container.querySelectorAll<SVGCircleElement>(".trajectory-dot")];
  const ring = () => container.querySelector(".trajectory-ring");
  expect(dots.length).toBe(3);
  expect(container.querySelectorAll(".trajectory-line").length).toBe(2);
  expect(ring()?.getAttribute("cx")).toBe(dots[2]?.getAttribute("cx"));
  act(() => {
    now.value = 0.4;
  });
  expect(ring()?.getAttribute("cy")).toBe(dots[0]?.getAttribute("cy"));
  const [x, y] = ["cx", "cy"].map((name) => Number(dots[1]?.getAttribute(name)));
  fireEvent.click(screen.getByRole("img", { name: "path of fc" }), {
    clientX: 44 + (x ?? 0) + 3,
    clientY: 12 + (y ?? 0) - 3,
  });
  expect(onSeek).toHaveBeenCalledWith(1);
});
