/** How the tab puts into words what is drawn, what a layer is and what would be trouble. */
import type { LayerInfo, Stretch } from "../../data/training_types";
import type { TreeNode } from "../../state/layer_tree";
import { type Drawn, hasLog, type Measure, type Normalise, type What } from "../../state/layers";
import { NOT_KNOWN, percent, plain } from "../../ui/format";

export const WHAT: Readonly<Record<What, string>> = {
  gradients: "gradients",
  weights: "weights",
  update: "update ratio",
  change: "change of filters",
};

export const DRAWN: Readonly<Record<Drawn, string>> = {
  horizon: "horizon",
  line: "line",
  box: "box",
  stack: "change stack",
};

export const NORMALISE: Readonly<Record<Normalise, string>> = {
  global: "of the layer",
  filter: "of each filter",
  iteration: "of each time",
};

export const TROUBLE: Readonly<Record<What, string>> = {
  gradients:
    "Trouble: gradients that are exactly 0 from some time on, or a leap where the learning rate stays.",
  weights: "Trouble: values that grow without end, or that stand still while those of other layers move.",
  update:
    "Trouble: a tenth or more of the weights in one step; a thousandth is usual, and exactly 0 is dead.",
  change: "Trouble: no filter changes while other layers learn, or nearly all change much at once.",
};

/** "gradients l2" */
export function measureName({ what, drawn }: Measure, statistic: string, band: number | undefined): string {
  if (what === "update") return "update over weight";
  if (what === "change")
    return drawn === "stack" ? "change of filters" : `filters changed by ${limit(band)} or more`;
  return drawn === "box" ? `spread of the ${what}` : `${what}, ${statistic}`;
}

/** A limit of changes: "1 %" */
export function limit(band: number | undefined): string {
  return band === undefined ? NOT_KNOWN : `${Number((100 * band).toPrecision(2))} %`;
}

export function valueText(kind: Measure["kind"], value: number): string {
  // Two digits: there is little room beside the names.
  return kind === "share" ? percent(value) : plain(Number(value.toPrecision(2)));
}

/** What a row is, for the tooltip of its name. */
export function describe(node: TreeNode, stretch: Stretch): string {
  if (node.layer === null) {
    const path = node.key === "" ? "the whole network" : node.key;
    const place = stretch.nodes[node.place - stretch.layers.length];
    const count = place === undefined ? 0 : place.stop - place.start;
    return `${path}: ${count} ${count === 1 ? "tensor" : "tensors"} as one`;
  }
  const { name, shape, filters, aliases } = node.layer;
  const parts = [`${name}: ${shape.length === 0 ? "one number" : shape.join(" × ")}`, ...kinds(node.layer)];
  if (filters > 0) parts.push(`${filters} filters`);
  if (aliases.length > 0) parts.push(`also known as ${aliases.join(", ")}`);
  return parts.join(" · ");
}

export function kinds({ kind, trainable }: LayerInfo): readonly string[] {
  if (kind === "buffer") return ["buffer"];
  return trainable ? [] : ["frozen"];
}

const hasFilters = ({ layer, children }: TreeNode): boolean =>
  (layer?.filters ?? 0) > 0 || children.some(hasFilters);

/** Why a row has nothing of a measure; "" where it should. */
export function whyNone({ what }: Measure, node: TreeNode): string {
  const { layer } = node;
  if (what === "change" && !hasFilters(node)) return "has no filters";
  if (what === "weights" || layer === null) return "";
  if (layer.kind === "buffer") return "a running statistic: it gets no gradients";
  return layer.trainable || what === "change" ? "" : "frozen: it gets no gradients";
}

/** A sentence about the key of the pictures. */
export function scaleWords(measure: Measure, statistic: string): string {
  const log = measure.log ? "orders of magnitude" : "";
  const zero =
    measure.log && hasLog(measure.what, measure.drawn, statistic) ? "a line at the bottom: exactly 0" : "";
  return [log, zero].filter((part) => part !== "").join(" · ");
}

/** p and q as words. */
export function rarity(q: number | null): string {
  if (q === null) return "rarity not known";
  const text = q < 0.001 ? "< .001" : `= ${q.toFixed(3).replace(/^0/, "")}`;
  return `${q < 0.05 ? "rare" : "not rare"}, q ${text}`;
}
