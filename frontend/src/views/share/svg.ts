/** Why this file: the map as a drawing whose every sample is a circle, for papers and slides. */
import { FLAG_NOT_PLACED, UNKNOWN_CLASS } from "../../data/types";
import { toScreen } from "../../gl/camera";
import { discAlpha, discRadius, ringWidth } from "../../gl/look";
import type { TakenPanel } from "../../gl/picture";

/** Circles above which programs that open drawings give up. */
export const MOST_CIRCLES = 20_000;
/** Height of the title line, pixels. */
const TITLE = 34;

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly classes: readonly string[];
  readonly colours: readonly string[];
  readonly neutral: string;
  readonly ink: string;
  /** `null`: transparent. */
  readonly paper: string | null;
  /** The landscape as a data URL; `null`: none is shown. */
  readonly plane: string | null;
  readonly panels: readonly TakenPanel[];
  /** Whether a sample of a class is drawn. */
  readonly shown: (row: number, of: number) => boolean;
  /** Colours of the samples' own, red, green, blue and strength of each; `null`: by class. */
  readonly own: Uint8Array | null;
  /** Factors on the samples' radii; `null`: all are alike. */
  readonly sizes: Float32Array | null;
  /** Between a disc and its ring. */
  readonly halo: string;
}

/** What is drawn of a wrong prediction, as on the screen: a smaller disc, a gap and a ring, in widths of a ring. */
const WRONG = { disc: 0.85, ring: [1, 2.75], halo: 4, haloAlpha: 0.85 } as const;

/** Text inside an element or attribute. */
function escapeXml(text: string): string {
  const signs: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => signs[sign] ?? sign);
}

const round = (value: number) => `${Number(value.toFixed(2))}`;

/** Circles of one panel, those of one class in one group; and on top, with their rings, those predicted wrong. */
function panelGroups(panel: TakenPanel, drawing: Drawing): string[] {
  const { drawn, rect, camera, source } = panel;
  if (drawn === null) return [];
  const labels = source.labels.peek();
  const { from, to, mix } = drawn;
  const nearest = mix < 0.5 ? from.frame : to.frame;
  const radius = discRadius(from.frame.count, rect.width, rect.height, panel.zoom);
  const ring = ringWidth(radius);
  const alpha = discAlpha(from.frame.count);
  const wrong: string[] = [];
  const groups = new Map<number, string[]>();
  const place = (frame: typeof nearest, i: number) => {
    const [x0, y0, x1, y1] = frame.bounds;
    const { positions: p } = frame;
    return [
      x0 + ((p[2 * i] as number) / 65535) * (x1 - x0),
      y0 + ((p[2 * i + 1] as number) / 65535) * (y1 - y0),
    ] as const;
  };
  for (let i = 0; i < Math.min(from.frame.count, to.frame.count); i++) {
    const lost = [from.frame, to.frame].map((frame) => ((frame.flags[i] as number) & FLAG_NOT_PLACED) !== 0);
    if (lost[0] && lost[1]) continue;
    const share = lost[0] ? 1 : lost[1] ? 0 : mix;
    const [a, b] = [place(from.frame, i), place(to.frame, i)];
    const [x, y] = toScreen(camera, rect, a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]));
    const label = labels?.[i] ?? -1;
    const predicted = nearest.prediction[i] ?? UNKNOWN_CLASS;
    const of = label >= 0 ? label : predicted === UNKNOWN_CLASS ? -1 : predicted;
    if (!drawing.shown(i, of) || x < 0 || y < 0 || x > rect.width || y > rect.height) continue;
    const { own, sizes, colours, neutral } = drawing;
    const centre = `cx="${(x + rect.left).toFixed(1)}" cy="${(y + rect.top + TITLE).toFixed(1)}"`;
    const disc = radius * (sizes?.[i] ?? 1);
    // A ring has the predicted class's colour, which says nothing where colours are not those of classes.
    if (own === null && label >= 0 && predicted !== UNKNOWN_CLASS && label !== predicted) {
      const small = WRONG.disc * disc;
      const [inner, outer] = WRONG.ring.map((widths) => small + widths * ring) as [number, number];
      const stroke = colours[predicted] ?? neutral;
      wrong.push(
        `<g><circle ${centre} r="${round(small + WRONG.halo * ring)}" fill="${drawing.halo}" fill-opacity="${WRONG.haloAlpha}"/>` +
          `<circle ${centre} r="${round((inner + outer) / 2)}" fill="none" stroke="${stroke}" stroke-width="${round(outer - inner)}"/>` +
          `<circle ${centre} r="${round(small)}" fill="${colours[of] ?? neutral}"/></g>`,
      );
      continue;
    }
    const circles = groups.get(of) ?? [];
    const fill = own === null ? "" : ` fill="rgb(${own.subarray(4 * i, 4 * i + 3).join(",")})"`;
    circles.push(`<circle ${centre} r="${round(disc)}"${fill}/>`);
    groups.set(of, circles);
  }
  const plain = [...groups]
    .sort(([p], [q]) => p - q)
    .map(([of, circles]) => {
      const name = of < 0 ? "no class" : (drawing.classes[of] ?? `class ${of}`);
      const colour = drawing.colours[of] ?? drawing.neutral;
      const faint = alpha < 1 ? ` fill-opacity="${round(alpha)}"` : "";
      return `<g id="${escapeXml(name)}" fill="${colour}"${faint}>${circles.join("")}</g>`;
    });
  return wrong.length === 0 ? plain : [...plain, `<g id="predicted wrong">${wrong.join("")}</g>`];
}

/** How many circles a drawing would have. */
export function circleCount(panels: readonly TakenPanel[]): number {
  return panels.reduce((sum, { drawn }) => sum + (drawn?.from.frame.count ?? 0), 0);
}

/** The drawing. */
export function toSvg(drawing: Drawing): string {
  const { width, height, title, ink, paper, plane, panels } = drawing;
  const size = `width="${width}" height="${height + TITLE}"`;
  const clip = (i: number) => `panel-${i}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${width} ${height + TITLE}" font-family="sans-serif">`,
    `<title>${escapeXml(title)}</title>`,
    paper === null ? "" : `<rect ${size} fill="${paper}"/>`,
    `<text x="12" y="22" font-size="14" fill="${ink}">${escapeXml(title)}</text>`,
    plane === null ? "" : `<image x="0" y="${TITLE}" width="${width}" height="${height}" href="${plane}"/>`,
    ...panels.flatMap((panel, i) => {
      const { left, top, width: w, height: h } = panel.rect;
      return [
        `<clipPath id="${clip(i)}"><rect x="${left}" y="${top + TITLE}" width="${w}" height="${h}"/></clipPath>`,
        `<g clip-path="url(#${clip(i)})">`,
        ...panelGroups(panel, drawing),
        "</g>",
      ];
    }),
    "</svg>",
  ]
    .filter((line) => line !== "")
    .join("\n");
}
