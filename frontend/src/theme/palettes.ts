/** Why this file: one colour per class for any number of classes, the same for points, rings, landscape and legend. */
import {
  deficientViews,
  deltaE,
  hexToLinear,
  inGamut,
  type Lab,
  labToLinear,
  linearToHex,
  linearToLab,
} from "./colour_space";

/**
 * Ten classes or fewer: everyday hues, calm enough to lie as territories side by side, each moved by hill climbing no
 * further than it takes that any two differ by at least 40 in CIELAB to common eyes and 20 to a protanope or
 * deuteranope. On a white page (light) and on TensorBoard's dark one.
 */
const BASE = {
  light: [
    "#1b80d6",
    "#e18645",
    "#008b7a",
    "#ad0c10",
    "#754097",
    "#814c40",
    "#ff6aa6",
    "#314a5d",
    "#c3b60b",
    "#42c8f2",
  ],
  dark: [
    "#629af0",
    "#ffb372",
    "#6ed0a0",
    "#da513c",
    "#7666ef",
    "#a0746a",
    "#e37db6",
    "#f2e7e8",
    "#e5d84a",
    "#57d2ed",
  ],
} as const;

/** Colour of samples without a class. */
export const NEUTRAL = { light: "#8a8a8a", dark: "#9a9a9a" } as const;

/** What is selected, as `--accent` in tokens.css. */
export const ACCENT = { light: "#f57c00", dark: "#ff9800" } as const;

/** Background and text of the tab, as TensorBoard has them. */
export const PAGE = {
  light: { paper: "#ffffff", ink: "#212121" },
  dark: { paper: "#303030", ink: "#ffffff" },
} as const;

/** Lattice that further colours are taken from, in CIELAB lightness, chroma and hue (degrees). */
const LATTICE = { lightness: [33, 76, 6], chroma: [24, 96, 12], hue: [0, 360, 9] } as const;
/** Lightness of the light theme's colours is squeezed to this range for the dark theme, hue kept. */
const DARK_LIGHTNESS = { scale: 0.8, offset: 25 } as const;

/** A class's two colours, each as common eyes, a protanope and a deuteranope see it. */
type Views = readonly Lab[];
const COMMON_EYES = 0;
const EYES = 3;

function viewsOf(light: string, dark: string): Views {
  return [light, dark].flatMap((hex) => {
    const linear = hexToLinear(hex);
    return [linear, ...deficientViews(linear)].map(linearToLab);
  });
}

/**
 * How different two classes look to whoever sees the least difference, on either page; common eyes count half, as they
 * see far more.
 */
function worstDistance(p: Views, q: Views): number {
  let worst = Number.POSITIVE_INFINITY;
  for (let i = 0; i < p.length; i++) {
    const distance = deltaE(p[i] as Lab, q[i] as Lab) / (i % EYES === COMMON_EYES ? 2 : 1);
    if (distance < worst) worst = distance;
  }
  return worst;
}

function range([from, to, step]: readonly [number, number, number]): number[] {
  return Array.from({ length: Math.floor((to - from - 1e-9) / step) + 1 }, (_, i) => from + i * step);
}

function candidates(): string[] {
  const colours: string[] = [];
  for (const lightness of range(LATTICE.lightness)) {
    for (const chroma of range(LATTICE.chroma)) {
      for (const degrees of range(LATTICE.hue)) {
        const hue = (degrees * Math.PI) / 180;
        const linear = labToLinear([lightness, chroma * Math.cos(hue), chroma * Math.sin(hue)]);
        if (inGamut(linear)) colours.push(linearToHex(linear));
      }
    }
  }
  return colours;
}

/**
 * Further colours, each as far as can be from all before it (the idea of Glasbey et al. 2007, here on a fixed lattice, so
 * that the same number of classes has the same colours for ever).
 */
function* furtherColours(): Generator<{ readonly light: string; readonly dark: string }> {
  const base = BASE.light.map((light, i) => viewsOf(light, BASE.dark[i] as string));
  const pool = candidates().map((light) => {
    const dark = forDark(light);
    const views = viewsOf(light, dark);
    return { light, dark, views, distance: Math.min(...base.map((other) => worstDistance(views, other))) };
  });
  while (pool.length > 0) {
    const at = pool.reduce((best, one, i) => (one.distance > (pool[best]?.distance ?? 0) ? i : best), 0);
    const [chosen] = pool.splice(at, 1);
    if (chosen === undefined) return;
    for (const one of pool) one.distance = Math.min(one.distance, worstDistance(one.views, chosen.views));
    yield chosen;
  }
}

/** The same hue for a dark page: lighter, and no more colourful than the screen can show. */
function forDark(hex: string): string {
  const [l, a, b] = linearToLab(hexToLinear(hex));
  const lightness = DARK_LIGHTNESS.scale * l + DARK_LIGHTNESS.offset;
  for (let chroma = 1; chroma > 0; chroma -= 0.05) {
    const linear = labToLinear([lightness, chroma * a, chroma * b]);
    if (inGamut(linear)) return linearToHex(linear);
  }
  return linearToHex(labToLinear([lightness, 0, 0]));
}

/** Colours found so far; the first n never depend on how many are asked for. */
const found: { light: string[]; dark: string[] } = { light: [...BASE.light], dark: [...BASE.dark] };
let further: ReturnType<typeof furtherColours> | undefined;

/** CSS "#rrggbb" colours, one a class. Class i has the same colour however many classes there are. */
export function classColours(count: number, dark: boolean): readonly string[] {
  further ??= furtherColours();
  while (found.light.length < count) {
    const next = further.next();
    if (next.done) break;
    found.light.push(next.value.light);
    found.dark.push(next.value.dark);
  }
  const colours = dark ? found.dark : found.light;
  return Array.from({ length: count }, (_, i) => colours[i % colours.length] as string);
}
