import { afterEach, expect, it, vi } from "vitest";
import { storeSource } from "./panel_source";
import { StageBench } from "./stage.fixture";

afterEach(() => vi.restoreAllMocks());

it("four maps share one WebGL context: a browser has few, and textures cannot be shared between two", async () => {
  const asked = new Set<HTMLCanvasElement | OffscreenCanvas>();
  for (const { prototype } of [HTMLCanvasElement, OffscreenCanvas]) {
    const original = prototype.getContext as (this: unknown, ...args: unknown[]) => unknown;
    vi.spyOn(prototype, "getContext").mockImplementation(function (
      this: typeof prototype,
      ...args: unknown[]
    ) {
      const context = original.apply(this, args);
      if (context instanceof WebGL2RenderingContext || context instanceof WebGLRenderingContext)
        asked.add(this);
      return context as never;
    } as never);
  }
  const bench = new StageBench();
  bench.options.panels.value = Array.from({ length: 4 }, () => storeSource(bench.store));
  await bench.frames(20);
  expect(bench.options.rects.value).toHaveLength(4);
  expect([...asked]).toEqual([bench.canvas]);
  bench.destroy();
});
