/** Why this file: the pixel tests of samples and landscape share one small canvas and the reading of its pixels. */
import { expect } from "vitest";
import { classColours } from "../theme/palettes";
import { Graphics, type Theme } from "./graphics";
import { parseHex } from "./palette_texture";
import { Panel, type Scene } from "./panel";

/** A square canvas on which the unit square fills everything: x, y of 0 .. 1 are pixels 0 .. 200, y up. */
export const SIDE = 200;
const CAMERA = { x: 0.5, y: 0.5, zoom: 2 };
export const BOUNDS = [0, 0, 1, 1] as const;
export const COLOURS = classColours(3, false);
export const NEUTRAL = "#8a8a8a";
export const THEME: Theme = {
  classes: COLOURS,
  neutral: NEUTRAL,
  paper: "#ffffff",
  ink: "#000000",
  accent: "#f57c00",
  dark: false,
  visibility: () => 1,
};
export const NOTHING = [0, 0, 0, 0];

/** One panel over a whole canvas on the page, and what is drawn on it. */
export class Bench {
  readonly canvas = document.createElement("canvas");
  readonly graphics: Graphics;
  readonly panel: Panel;

  constructor() {
    document.body.append(this.canvas);
    this.graphics = new Graphics(this.canvas);
    this.panel = new Panel(this.graphics);
    this.graphics.setTheme(THEME);
  }

  render(one: Scene): void {
    this.graphics.clear(one.size, one.pixelRatio);
    this.panel.draw(one);
  }

  destroy(): void {
    this.panel.destroy();
    this.graphics.destroy();
    this.canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
    this.canvas.remove();
  }

  /** Premultiplied red, green, blue, alpha (0 .. 255) where x, y of 0 .. 1 are drawn; read in the task that drew. */
  pixel(x: number, y: number): number[] {
    const { canvas } = this;
    const gl = canvas.getContext("webgl2") as WebGL2RenderingContext;
    const out = new Uint8Array(4);
    const at = [Math.floor(x * canvas.width), Math.floor(y * canvas.height)] as const;
    gl.readPixels(...at, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, out);
    return [...out];
  }
}

export function scene(more: Partial<Scene> = {}): Scene {
  const frame = { key: "a", bounds: BOUNDS };
  const side = SIDE * (more.pixelRatio ?? 1);
  return {
    from: frame,
    to: frame,
    mix: 0,
    camera: CAMERA,
    fitted: CAMERA,
    size: { width: SIDE, height: SIDE },
    viewport: { x: 0, y: 0, width: side, height: side },
    pixelRatio: 1,
    landscape: 0,
    density: "off",
    hollowBelow: 0,
    hover: -1,
    ...more,
  };
}

export const between = (mix: number, more: Partial<Scene> = {}) =>
  scene({ from: { key: "a", bounds: BOUNDS }, to: { key: "b", bounds: BOUNDS }, mix, ...more });

export const solid = (hex: string) => [...parseHex(hex), 255];
export const faint = (hex: string, alpha: number) => [...parseHex(hex).map((v) => v * alpha), 255 * alpha];

export function expectNear(actual: number[], expected: number[], tolerance = 3): void {
  const worst = Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] as number))));
  expect(worst, `${actual} against ${expected}`).toBeLessThanOrEqual(tolerance);
}
