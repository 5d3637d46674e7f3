/**
 * Why this file: a view can be sent to a colleague. Tab, run, layer, method, time, camera, hidden classes, whether lies
 * are marked, colour, size, the query and the selection travel in TensorBoard's URL fragment under `p.hidden.*`; everybody else's keys are left as they are.
 */
import type { Camera } from "../gl/camera";
import { type Tab, tabOf } from "./tabs";

const KEY_PREFIX = "p.hidden.";
/** A changed view is written after this pause, so that a drag writes once. */
export const WRITE_DELAY_MS = 300;

/** TensorBoard's own URL fragment, without `#`. */
export interface HashAccess {
  read(): string;
  write(fragment: string): void;
}

/** What a link says; what it does not say is left at its default. */
export interface Link {
  readonly tab?: Tab;
  readonly run?: string;
  readonly layer?: string;
  readonly method?: string;
  /** Time in step units. */
  readonly epoch?: number;
  readonly camera?: Camera;
  readonly hide?: ReadonlySet<number>;
  /** Samples that the map lies about are marked. */
  readonly lies?: true;
  /** Columns that samples are coloured and sized by. */
  readonly colour?: string;
  readonly size?: string;
  /** What is looked for, as it is typed. */
  readonly query?: string;
  /** What the query does not find is faded. */
  readonly filter?: true;
  /** Code of the selection. */
  readonly selection?: string;
  /** Panels beside the first, as `formatPanels` writes them. */
  readonly panels?: string;
  /** Their maps are left as they were drawn. */
  readonly drawn?: true;
  /** The difference between the first two is shown. */
  readonly difference?: true;
}

/** Classes as "0-2,5". */
export function formatRanges(classes: ReadonlySet<number>): string {
  const sorted = [...classes].sort((p, q) => p - q);
  const ranges: [number, number][] = [];
  for (const value of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && value === last[1] + 1) last[1] = value;
    else ranges.push([value, value]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}

/** Inverse of `formatRanges`; what is no range of 16-bit classes is left out. */
export function parseRanges(text: string): ReadonlySet<number> {
  const classes = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
    if (match === null) continue;
    const from = Number(match[1]);
    const to = Math.min(Number(match[2] ?? match[1]), 65_535);
    for (let i = from; i <= to; i++) classes.add(i);
  }
  return classes;
}

function parseCamera(text: string): Camera | undefined {
  const [x, y, zoom, ...rest] = text.split(",").map(Number);
  const numbers = [x, y, zoom];
  if (rest.length > 0 || !numbers.every(Number.isFinite)) return undefined;
  return (zoom as number) > 0 ? { x: x as number, y: y as number, zoom: zoom as number } : undefined;
}

/** Reads a fragment; what is malformed counts as not said. */
export function parseLink(fragment: string): Link {
  const said = new Map<string, string>();
  for (const part of fragment.split("&")) {
    if (!part.startsWith(KEY_PREFIX)) continue;
    const at = part.indexOf("=");
    if (at < 0) continue;
    try {
      said.set(part.slice(KEY_PREFIX.length, at), decodeURIComponent(part.slice(at + 1)));
    } catch {
      // Not percent-encoded text: somebody cut the link short.
    }
  }
  const text = (key: string) => said.get(key) || undefined;
  const tab = tabOf(text("tab"));
  const run = text("run");
  const layer = text("layer");
  const method = text("method");
  const epochText = text("epoch");
  const epoch = epochText === undefined ? Number.NaN : Number(epochText);
  const camera = parseCamera(text("camera") ?? "");
  const hide = parseRanges(text("hide") ?? "");
  return {
    ...(tab !== undefined && { tab }),
    ...(run !== undefined && { run }),
    ...(layer !== undefined && { layer }),
    ...(method !== undefined && { method }),
    ...(Number.isFinite(epoch) && { epoch }),
    ...(camera !== undefined && { camera }),
    ...(hide.size > 0 && { hide }),
    ...(text("lies") === "1" && { lies: true as const }),
    ...(text("colour") !== undefined && { colour: text("colour") as string }),
    ...(text("size") !== undefined && { size: text("size") as string }),
    ...(text("q") !== undefined && { query: text("q") as string }),
    ...(text("filter") === "1" && { filter: true as const }),
    ...(text("select") !== undefined && { selection: text("select") as string }),
    ...(text("panels") !== undefined && { panels: text("panels") as string }),
    ...(text("drawn") === "1" && { drawn: true as const }),
    ...(text("diff") === "1" && { difference: true as const }),
  };
}

/** The fragment with our keys replaced and all others kept, in their order and spelling. */
export function formatLink(link: Link, fragment: string): string {
  const foreign = fragment.split("&").filter((part) => part !== "" && !part.startsWith(KEY_PREFIX));
  const ours: [string, string][] = [];
  if (link.tab !== undefined) ours.push(["tab", link.tab]);
  if (link.run !== undefined) ours.push(["run", link.run]);
  if (link.layer !== undefined) ours.push(["layer", link.layer]);
  if (link.method !== undefined) ours.push(["method", link.method]);
  if (link.epoch !== undefined) ours.push(["epoch", String(Number(link.epoch.toPrecision(9)))]);
  if (link.camera !== undefined) {
    const { x, y, zoom } = link.camera;
    ours.push(["camera", [x, y, zoom].map((value) => Number(value.toPrecision(6))).join(",")]);
  }
  if (link.hide !== undefined && link.hide.size > 0) ours.push(["hide", formatRanges(link.hide)]);
  if (link.lies) ours.push(["lies", "1"]);
  if (link.colour) ours.push(["colour", link.colour]);
  if (link.size) ours.push(["size", link.size]);
  if (link.query) ours.push(["q", link.query]);
  if (link.filter) ours.push(["filter", "1"]);
  if (link.selection) ours.push(["select", link.selection]);
  if (link.panels) ours.push(["panels", link.panels]);
  if (link.drawn) ours.push(["drawn", "1"]);
  if (link.difference) ours.push(["diff", "1"]);
  return [...foreign, ...ours.map(([key, value]) => `${KEY_PREFIX}${key}=${encodeURIComponent(value)}`)].join(
    "&",
  );
}
