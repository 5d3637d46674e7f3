import { afterEach, beforeEach, expect, it } from "vitest";
import { SCREEN_VERTEX } from "./glsl";
import { BLEND_FRAGMENT } from "./landscape_shaders";
import { createProgram, type Program } from "./program";

let gl: WebGL2RenderingContext;

beforeEach(() => {
  gl = document.createElement("canvas").getContext("webgl2") as WebGL2RenderingContext;
});
afterEach(() => gl.getExtension("WEBGL_lose_context")?.loseContext());

/** Asks until the driver has answered. */
async function settled(program: Program): Promise<void> {
  while (!program.ready()) await new Promise((resolve) => setTimeout(resolve, 5));
}

it("is ready once the driver has compiled it", async () => {
  const program = createProgram(gl, SCREEN_VERTEX, BLEND_FRAGMENT);
  await settled(program);
  expect(program.uniform("uWeightFrom")).not.toBeNull();
  expect(program.uniform("uNothing")).toBeNull();
  expect(gl.getError()).toBe(0);
});

it("says in the driver's words what it refuses", async () => {
  const broken = BLEND_FRAGMENT.replace("uniform float", "uniform floot");
  await expect(settled(createProgram(gl, SCREEN_VERTEX, broken))).rejects.toThrow(
    /refuses a shader: ERROR: .*uWeightFrom/s,
  );
});
