/** Why this file: what all pictures of the tab are painted with, made once for all of them: columns of pixels and colours. */
import { useMemo } from "preact/hooks";
import { answerWords, mapWords, type Word, wordOf } from "../../charts/pixels";
import { type Columns, columnsOf } from "../../charts/time_scale";
import { NEUTRAL, PAGE } from "../../theme/palettes";
import { useStore } from "../store_context";
import { useTimeScale } from "../training/plot_area";

const NO_EDGES = new Float64Array(1);

/** Device pixels of a CSS pixel. */
export function pixelRatio(): number {
  return window.devicePixelRatio || 1;
}

/** Which snapshots each device pixel across shows. */
export function useColumns(edges: Float64Array | undefined): Columns {
  const scale = useTimeScale();
  const ratio = pixelRatio();
  return useMemo(
    () => columnsOf(edges ?? NO_EDGES, scale, Math.round(scale.width * ratio)),
    [edges, scale, ratio],
  );
}

export interface Paint {
  readonly error: Uint32Array;
  readonly difference: Uint32Array;
  readonly hatch: Word;
  readonly marks: { readonly fill: string; readonly outline: string };
  /** Of a right and a wrong answer. */
  readonly right: Word;
  readonly wrong: Word;
}

/** Colours of the theme now. */
export function usePaint(): Paint {
  const dark = useStore().transient.dark.value;
  return useMemo(() => {
    const page = dark ? "dark" : "light";
    return {
      error: mapWords("sequential", dark),
      difference: mapWords("diverging", dark),
      hatch: wordOf(NEUTRAL[page]),
      marks: { fill: PAGE[page].ink, outline: PAGE[page].paper },
      ...answerWords(dark),
    };
  }, [dark]);
}

/** CSS colour of a word. */
export function cssOf(word: Word): string {
  return `rgb(${word & 255} ${(word >> 8) & 255} ${(word >> 16) & 255})`;
}
