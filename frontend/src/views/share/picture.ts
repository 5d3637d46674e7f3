/** Why this file: the view as a picture with its title and legend, drawn by the stage at twice the screen's resolution. */
import type { TakenPanel } from "../../gl/picture";
import { stageOptions } from "../../gl/stage_options";
import { comparison } from "../../state/compare";
import type { Store } from "../../state/store";
import { PAGE } from "../../theme/palettes";
import { LETTERS } from "../compare/panel_words";
import { layOut, legendOf } from "./picture_legend";

/** Pixels of a picture to one of the screen. */
export const PICTURE_SCALE = 2;
/** Height of the title line, CSS pixels. */
const TITLE = 34;
const FONT = "sans-serif";

/** What is in view, in one line. */
export function titleOf(store: Store): string {
  const { view, derived } = store;
  const own = [view.run.value, view.layer.value, view.method.value, derived.epochLabel.value].join(" · ");
  const others = comparison(store).others.value;
  if (others.length === 0) return own;
  const lines = others.map((panel, i) => {
    const { run, layer, method } = panel.spec.value;
    return `${LETTERS[i + 1]} ${[run, layer, method, panel.timeLabel.value].join(" · ")}`;
  });
  return [`A ${own}`, ...lines].join("   |   ");
}

/** A name for a file, without what file systems refuse. */
export function fileName(store: Store, ending: string): string {
  const { view, derived } = store;
  const parts = [view.run.peek(), view.layer.peek(), view.method.peek(), derived.epochLabel.peek()];
  return `${parts.join("_").replace(/[^\p{L}\p{N}._-]+/gu, "-")}.${ending}`;
}

/** What the stage draws next. */
export function takePicture(
  store: Store,
  pixelRatio: number,
  plane = false,
): Promise<{ readonly canvas: HTMLCanvasElement; readonly panels: readonly TakenPanel[] }> {
  return new Promise((resolve) => {
    stageOptions(store).picture.value = {
      pixelRatio,
      plane,
      taken: (drawn, panels) => {
        // The stage's canvas is emptied once this task is over.
        const canvas = document.createElement("canvas");
        canvas.width = drawn.width;
        canvas.height = drawn.height;
        canvas.getContext("2d")?.drawImage(drawn, 0, 0);
        resolve({ canvas, panels });
      },
    };
  });
}

/** Draws title, map and legend. @param transparent without the page's background. */
export function compose(
  store: Store,
  map: HTMLCanvasElement,
  scale: number,
  transparent: boolean,
  into: HTMLCanvasElement = document.createElement("canvas"),
): HTMLCanvasElement {
  const dark = store.transient.dark.peek();
  const { paper, ink } = PAGE[dark ? "dark" : "light"];
  const context = into.getContext("2d");
  if (context === null) return into;
  const width = map.width / scale;
  const legend = layOut(context, legendOf(store), width, dark);
  const height = TITLE + map.height / scale + legend.height;
  if (into.width !== map.width || into.height !== Math.round(height * scale)) {
    into.width = map.width;
    into.height = Math.round(height * scale);
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.fillStyle = paper;
  if (!transparent) context.fillRect(0, 0, width, height);
  context.fillStyle = ink;
  context.textBaseline = "middle";
  context.font = `14px ${FONT}`;
  context.fillText(titleOf(store), 12, TITLE / 2, width - 24);
  context.drawImage(map, 0, TITLE, width, map.height / scale);
  legend.draw(TITLE + map.height / scale, ink);
  return into;
}

/** Hands a file to the browser's downloads. */
export function download(name: string, parts: readonly BlobPart[], type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([...parts], { type }));
  link.download = name;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
