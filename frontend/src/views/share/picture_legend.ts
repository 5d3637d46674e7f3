/** Why this file: what the colours of a picture mean, drawn below the map: the classes, or the column that colours. */
import { stageOptions } from "../../gl/stage_options";
import type { Store } from "../../state/store";
import { mapColours } from "../../theme/colour_maps";
import { NEUTRAL } from "../../theme/palettes";
import { plain } from "../../ui/format";
import { columnWords } from "../colour/column_words";

/** Heights of a line and of what lies between the map and the first, CSS pixels. */
const LINE = 20;
const ABOVE = 4;
/** Entries; of more it says how many there are. */
const MOST_ENTRIES = 24;
const FONT = "12px sans-serif";
/** Width and height of the bar of a scale. */
const BAR = { width: 120, height: 10 } as const;

/** One thing that a legend says, with a dot of its colour. */
interface Entry {
  readonly text: string;
  /** `null`: no dot. */
  readonly colour: string | null;
}

/** What a picture's legend says. */
export interface PictureLegend {
  readonly entries: readonly Entry[];
  /** A bar of colours between two numbers, in place of entries. */
  readonly scale: { readonly name: string; readonly from: string; readonly to: string } | null;
}

/** Colours of the samples' own; `null`: they are coloured by class. */
export function ownColours(store: Store): Uint8Array | null {
  const look = stageOptions(store).look.peek();
  return look === null || look.colours === "classes" ? null : look.colours;
}

/** The legend of what is in view. */
export function legendOf(store: Store): PictureLegend {
  const { colouring, derived, transient } = store;
  if (ownColours(store) === null) {
    return listed(
      derived.classes.peek().map((text, i) => ({ text, colour: derived.colours.peek()[i] ?? null })),
    );
  }
  const legend = colouring.legend.peek();
  if (legend === null) return { entries: [], scale: null };
  const by = colouring.by.peek();
  const name = columnWords(by) ?? by;
  const neutral = NEUTRAL[transient.dark.peek() ? "dark" : "light"];
  const none = legend.none > 0 ? [{ text: "none", colour: neutral }] : [];
  if (legend.kind === "category") {
    const { entries } = listed(legend.entries.map(({ name: text, colour }) => ({ text, colour })));
    return { entries: [{ text: name, colour: null }, ...entries, ...none], scale: null };
  }
  const { from, to, clipped } = legend.span;
  return { entries: none, scale: { name, from: plain(from), to: `${clipped ? "≥ " : ""}${plain(to)}` } };
}

function listed(entries: readonly Entry[]): PictureLegend {
  const more = entries.length - MOST_ENTRIES;
  const rest = more > 0 ? [{ text: `and ${more} more`, colour: null }] : [];
  return { entries: [...entries.slice(0, MOST_ENTRIES), ...rest], scale: null };
}

/** Where everything of a legend goes in a picture, and how much room it takes. */
export interface LaidOut {
  /** CSS pixels; 0 for nothing. */
  readonly height: number;
  /** @param top where the legend begins. */
  readonly draw: (top: number, ink: string) => void;
}

/** Lays a legend out over lines as wide as the picture. */
export function layOut(
  context: CanvasRenderingContext2D,
  { entries, scale }: PictureLegend,
  width: number,
  dark: boolean,
): LaidOut {
  context.font = FONT;
  let [x, lines] = [12, 0];
  const parts: ((top: number, ink: string) => void)[] = [];
  const put = (room: number, draw: (left: number, middle: number, ink: string) => void) => {
    if (lines === 0 || (x + room > width && x > 12)) [x, lines] = [12, lines + 1];
    const [left, line] = [x, lines];
    parts.push((top, ink) => draw(left, top + ABOVE + (line - 0.5) * LINE, ink));
    x += room;
  };
  const text = (what: string, left: number, middle: number, ink: string) => {
    context.fillStyle = ink;
    context.fillText(what, left, middle);
  };
  if (scale !== null) {
    const { name, from, to } = scale;
    const [first, second, third] = [name, from, to].map((one) => context.measureText(one).width) as [
      number,
      number,
      number,
    ];
    put(first + second + third + BAR.width + 36, (left, middle, ink) => {
      text(name, left, middle, ink);
      text(from, left + first + 12, middle, ink);
      const at = left + first + second + 18;
      const bar = context.createLinearGradient(at, 0, at + BAR.width, 0);
      const colours = mapColours("sequential", dark);
      for (const [i, colour] of colours.entries()) bar.addColorStop(i / (colours.length - 1), colour);
      context.fillStyle = bar;
      context.fillRect(at, middle - BAR.height / 2, BAR.width, BAR.height);
      text(to, at + BAR.width + 6, middle, ink);
    });
  }
  for (const { text: what, colour } of entries) {
    put(context.measureText(what).width + (colour === null ? 16 : 32), (left, middle, ink) => {
      if (colour !== null) {
        context.fillStyle = colour;
        context.beginPath();
        context.arc(left + 5, middle, 5, 0, 2 * Math.PI);
        context.fill();
      }
      text(what, colour === null ? left : left + 15, middle, ink);
    });
  }
  return {
    height: lines === 0 ? 0 : lines * LINE + 2 * ABOVE,
    draw: (top, ink) => {
      context.font = FONT;
      for (const part of parts) part(top, ink);
    },
  };
}
