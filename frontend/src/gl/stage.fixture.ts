/** Why this file: tests of what the stage does share a canvas on the page, a store with frames, and a pointer. */
import { makeFrame } from "../data/codec.fixture";
import type { FrameData } from "../data/types";
import { makeIndex } from "../state/index.fixture";
import { Store } from "../state/store";
import { attachStage } from "./stage";
import { type StageOptions, stageOptions } from "./stage_options";

export const SIZE = { width: 300, height: 300 };

/** Three samples of classes 0, 1 and 2; the first moves to the right by 0.1 a frame. */
const threeAt = (i: number): FrameData =>
  makeFrame(
    [
      [0.2 + 0.1 * i, 0.5, 0],
      [0.5, 0.2, 1],
      [0.8, 0.8, 2],
    ],
    { step: i },
  );

export class StageBench {
  readonly canvas = document.createElement("canvas");
  readonly store = new Store();
  readonly options: StageOptions;
  private readonly detach: () => void;

  constructor(
    frames = 5,
    readonly frameOf: (i: number) => FrameData = threeAt,
    size = SIZE,
  ) {
    const { canvas, store } = this;
    const [width, height] = [`${size.width}px`, `${size.height}px`];
    Object.assign(canvas.style, { width, height, position: "fixed", left: "0", top: "0" });
    document.body.append(canvas);
    store.view.run.value = "r";
    store.view.layer.value = "fc";
    store.view.method.value = "hidden";
    store.data.index.value = makeIndex({ steps: frames, frames });
    const count = frameOf(0).count;
    store.data.samples.value = {
      ids: Array.from({ length: count }, (_, i) => `${i}`),
      labels: Int32Array.from({ length: count }, (_, i) => i % 3),
      texts: null,
      columns: [],
    };
    for (let i = 0; i < frames; i++) store.putFrame(i, frameOf(i));
    store.seek(0);
    this.options = stageOptions(store);
    this.detach = attachStage(canvas, store);
  }

  get gl(): WebGL2RenderingContext {
    return this.canvas.getContext("webgl2") as WebGL2RenderingContext;
  }

  get selected(): number[] {
    const mask = this.store.explore.selectedMask.value ?? [];
    return [...mask.keys()].filter((i) => mask[i] === 1);
  }

  async frames(n = 3): Promise<void> {
    for (let i = 0; i < n; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
  }

  /** A pointer event at a place of the canvas. */
  send(type: string, [x, y]: readonly [number, number], how: PointerEventInit = {}): void {
    const { left, top } = this.canvas.getBoundingClientRect();
    const place = { clientX: left + x, clientY: top + y };
    this.canvas.dispatchEvent(
      new PointerEvent(type, { ...place, pointerId: 1, button: 0, bubbles: true, ...how }),
    );
  }

  click(at: readonly [number, number], how: PointerEventInit = {}): void {
    this.send("pointerdown", at, how);
    this.send("pointerup", at, how);
  }

  drag(places: readonly (readonly [number, number])[], how: PointerEventInit = {}): void {
    this.send("pointerdown", places[0] as [number, number], how);
    for (const place of places.slice(1)) this.send("pointermove", place, how);
    this.send("pointerup", places.at(-1) as [number, number], how);
  }

  destroy(): void {
    this.detach();
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
    this.canvas.remove();
  }
}
