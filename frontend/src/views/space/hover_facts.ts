/** What is known about one sample at one frame, gathered from columns into words. */
import {
  FLAG_HELD_OUT,
  type FrameData,
  type Samples,
  type ThumbnailsInfo,
  UNKNOWN_CLASS,
} from "../../data/types";
import { liesAbout } from "../../state/lies";

/** Everything the card shows. Class indices are null where there is none. */
export interface HoverFacts {
  readonly id: string;
  readonly label: number | null;
  readonly prediction: number | null;
  /** 0 to 1. */
  readonly confidence: number | null;
  /** Of its `of` nearest neighbours the map keeps `count`. */
  readonly kept: { readonly count: number; readonly of: number } | null;
  /** The map lies about it: it is drawn among strangers. */
  readonly lied: boolean;
  readonly heldOut: boolean;
  readonly text: string | null;
}

/** Values that are stored in a byte span 0 to 255. */
const BYTE = 255;

/**
 * The facts of sample `i`.
 *
 * @param k neighbours that `kept` is a share of; null hides it
 * @param lyingBelow `kept` (0 to 255) below which the map lies; null: not measured
 */
export function hoverFacts(
  i: number,
  frame: FrameData,
  samples: Samples | null,
  k: number | null,
  lyingBelow: number | null,
): HoverFacts {
  const label = samples?.labels[i] ?? -1;
  const prediction = frame.prediction[i] ?? UNKNOWN_CLASS;
  const known = prediction !== UNKNOWN_CLASS;
  const share = (frame.kept[i] ?? 0) / BYTE;
  return {
    id: samples?.ids[i] ?? String(i),
    label: label < 0 ? null : label,
    prediction: known ? prediction : null,
    confidence: known ? (frame.confidence[i] ?? 0) / BYTE : null,
    kept: k === null ? null : { count: Math.round(share * k), of: k },
    lied: lyingBelow !== null && liesAbout(frame, i, lyingBelow),
    heldOut: ((frame.flags[i] ?? 0) & FLAG_HELD_OUT) !== 0,
    text: samples?.texts?.[i] ?? null,
  };
}

/** Largest side of a picture on the card, in pixels. */
const PICTURE = 72;

/**
 * CSS that shows tile `i` of a sprite of `count` tiles, enlarged by a whole factor so that pixels stay square.
 *
 * @param largest side in pixels.
 */
export function tileStyle(
  i: number,
  count: number,
  tiles: ThumbnailsInfo,
  url: string,
  largest: number = PICTURE,
): Record<string, string> {
  const longer = Math.max(tiles.tile_width, tiles.tile_height);
  const factor = longer > largest ? largest / longer : Math.max(1, Math.floor(largest / longer));
  const width = tiles.tile_width * factor;
  const height = tiles.tile_height * factor;
  const rows = Math.ceil(count / tiles.columns);
  const column = i % tiles.columns;
  const row = Math.floor(i / tiles.columns);
  return {
    width: `${width}px`,
    height: `${height}px`,
    "background-image": `url("${url}")`,
    "background-size": `${tiles.columns * width}px ${rows * height}px`,
    "background-position": `-${column * width}px -${row * height}px`,
  };
}
