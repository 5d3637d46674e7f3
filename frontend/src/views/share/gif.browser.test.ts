import { expect, test } from "vitest";
import { gifRecorder } from "./gif";

const SIDE = 64;

/** Left half in one colour, right half in another. */
function paint(canvas: HTMLCanvasElement, left: string, right: string): HTMLCanvasElement {
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.fillStyle = left;
  context.fillRect(0, 0, SIDE / 2, SIDE);
  context.fillStyle = right;
  context.fillRect(SIDE / 2, 0, SIDE / 2, SIDE);
  return canvas;
}

/** What the browser itself reads: colours of both halves, and how long each picture stays, ms. */
async function decoded(film: Blob) {
  const decoder = new ImageDecoder({ data: await film.arrayBuffer(), type: "image/gif" });
  await decoder.tracks.ready;
  const count = decoder.tracks.selectedTrack?.frameCount ?? 0;
  const pictures = [];
  for (let frameIndex = 0; frameIndex < count; frameIndex++) {
    const { image } = await decoder.decode({ frameIndex });
    const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
    const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
    context.drawImage(image, 0, 0);
    const at = (x: number) => [...context.getImageData(x, SIDE / 2, 1, 1).data];
    pictures.push({ colours: [at(SIDE / 4), at((3 * SIDE) / 4)], ms: (image.duration ?? 0) / 1000 });
    image.close();
  }
  return pictures;
}

test("a GIF shows every picture in its colours, also where one leaves out what stood still", async () => {
  const canvas = document.createElement("canvas");
  const recorder = gifRecorder(canvas);
  recorder.start(
    paint(document.createElement("canvas"), "#ff0000", "#0000ff"),
    paint(document.createElement("canvas"), "#ffffff", "#00ff00"),
  );
  for (const [left, right] of [
    ["#ff0000", "#0000ff"],
    ["#ff0000", "#00ff00"],
    ["#ffffff", "#00ff00"],
    ["#ffffff", "#00ff00"],
  ] as const) {
    paint(canvas, left, right);
    recorder.add();
  }
  const film = await recorder.finish();
  expect(film.type).toBe("image/gif");
  const [red, blue, green, white] = [
    [255, 0, 0, 255],
    [0, 0, 255, 255],
    [0, 255, 0, 255],
    [255, 255, 255, 255],
  ];
  const pictures = await decoded(film);
  expect(pictures.map(({ colours }) => colours)).toEqual([
    [red, blue],
    [red, green],
    [white, green],
    [white, green],
  ]);
  expect(pictures.map(({ ms }) => ms)).toEqual([100, 100, 100, 100]);
});

test("what is wider than 960 pixels is made smaller", async () => {
  const wide = document.createElement("canvas");
  wide.width = 1920;
  wide.height = 500;
  const recorder = gifRecorder(wide);
  recorder.start(wide, wide);
  recorder.add();
  const bytes = new DataView(await (await recorder.finish()).arrayBuffer());
  // The logical screen's width and height follow the six letters of the header.
  expect([bytes.getUint16(6, true), bytes.getUint16(8, true)]).toEqual([960, 250]);
});
