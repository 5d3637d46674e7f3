/**
 * Why this file: the layers of a network as the tree of its modules, out of their dotted paths, for any architecture; and
 * which of its rows are seen when some of them are open. Pure.
 */
import type { LayerInfo, Stretch } from "../data/training_types";

/** A module, or one of its tensors. */
export interface TreeNode {
  /** Its path, which no other has; "" for the network. */
  readonly key: string;
  /** The path below its parent's. */
  readonly label: string;
  /** Where its numbers are: layers, then modules. */
  readonly place: number;
  readonly parent: TreeNode | null;
  readonly depth: number;
  /** `null` for a module. */
  readonly layer: LayerInfo | null;
  readonly children: readonly TreeNode[];
}

export interface Tree {
  readonly root: TreeNode;
  /** The node that shows a place; modules with one tensor are that tensor. */
  readonly byPlace: ReadonlyMap<number, TreeNode>;
  readonly byKey: ReadonlyMap<string, TreeNode>;
}

/** To what depth the tree is opened at once. */
export type Depth = "stages" | "blocks" | "layers";

/** Rows that are open at first, at most. */
const ROWS_AT_FIRST = 24;

interface Draft {
  readonly path: string;
  readonly places: number[];
  readonly layer: LayerInfo | null;
  /** In the order of the network. */
  readonly at: number;
  readonly children: Draft[];
}

/** The tree of a stretch; `null` without layers. */
export function layerTree({ layers, nodes }: Pick<Stretch, "layers" | "nodes">): Tree | null {
  if (layers.length === 0) return null;
  const drafts = new Map<string, Draft>();
  for (const [i, { path, start }] of nodes.entries()) {
    drafts.set(path, { path, places: [layers.length + i], layer: null, at: start, children: [] });
  }
  // Without parameters there is no module either, but there may be buffers.
  const root: Draft = drafts.get("") ?? { path: "", places: [-1], layer: null, at: 0, children: [] };
  drafts.set("", root);
  const parent = (path: string): Draft => {
    if (!path.includes(".")) return root;
    const above = path.slice(0, path.lastIndexOf("."));
    return drafts.get(above) ?? parent(above);
  };
  for (const draft of [...drafts.values()]) if (draft !== root) parent(draft.path).children.push(draft);
  for (const [i, layer] of layers.entries()) {
    parent(layer.name).children.push({ path: layer.name, places: [i], layer, at: i, children: [] });
  }
  const byPlace = new Map<number, TreeNode>();
  const byKey = new Map<string, TreeNode>();
  const build = (draft: Draft, node: TreeNode | null): TreeNode => {
    const shown = draft === root ? draft : onlyChild(draft);
    const one: { -readonly [K in keyof TreeNode]: TreeNode[K] } = {
      key: shown.path,
      label: node === null || node.key === "" ? shown.path : shown.path.slice(node.key.length + 1),
      place: shown.places[0] as number,
      parent: node,
      depth: node === null ? 0 : node.depth + 1,
      layer: shown.layer,
      children: [],
    };
    if (draft === root) one.label = "whole network";
    const sorted = shown.children.sort((a, b) => a.at - b.at || a.path.length - b.path.length);
    one.children = sorted.map((child) => build(child, one));
    for (const place of shown.places) byPlace.set(place, one);
    byKey.set(one.key, one);
    return one;
  };
  return { root: build(root, null), byPlace, byKey };
}

/** A module with nothing but one child says the same as the child. */
function onlyChild(draft: Draft): Draft {
  const [child, second] = draft.children;
  if (child === undefined || second !== undefined) return draft;
  const inner = onlyChild(child);
  return { ...inner, places: [...inner.places, ...draft.places] };
}

/** Rows that are seen, from above. */
export function visibleRows(tree: Tree, opened: ReadonlySet<string>): readonly TreeNode[] {
  const rows: TreeNode[] = [];
  const visit = (node: TreeNode) => {
    rows.push(node);
    if (opened.has(node.key)) for (const child of node.children) visit(child);
  };
  visit(tree.root);
  return rows;
}

const hasModules = ({ children }: TreeNode) => children.some(({ layer }) => layer === null);

/** The modules that are open when the tree is opened to a depth. */
export function openTo(tree: Tree, depth: Depth): ReadonlySet<string> {
  const opened = new Set<string>([tree.root.key]);
  // Wrappers around the network are no stages of it.
  const [wrapped, second] = tree.root.children;
  const whole = second === undefined && wrapped?.layer === null ? wrapped : tree.root;
  opened.add(whole.key);
  if (depth === "blocks") {
    for (const stage of whole.children) if (hasModules(stage)) opened.add(stage.key);
  }
  if (depth === "layers")
    for (const { key, children } of tree.byKey.values()) if (children.length > 0) opened.add(key);
  return opened;
}

/** Open at first: modules level by level, then tensors, as far as they can be seen at once. */
export function openAtFirst(tree: Tree, most = ROWS_AT_FIRST): ReadonlySet<string> {
  let opened = openTo(tree, "stages");
  for (const inner of [hasModules, ({ children }: TreeNode) => children.length > 0]) {
    for (;;) {
      const closed = visibleRows(tree, opened).filter((node) => !opened.has(node.key) && inner(node));
      const next = new Set([...opened, ...closed.map(({ key }) => key)]);
      if (closed.length === 0 || visibleRows(tree, next).length > most) break;
      opened = next;
    }
  }
  return opened;
}

/** What has to be open for a node to be seen. */
export function ancestors(node: TreeNode): readonly string[] {
  const keys: string[] = [];
  for (let above = node.parent; above !== null; above = above.parent) keys.push(above.key);
  return keys;
}

/** The row that a node is seen in: its own, or that of the outermost closed module around it. */
export function shownIn(node: TreeNode, opened: ReadonlySet<string>): TreeNode {
  let shown = node;
  for (let above = node.parent; above !== null; above = above.parent) {
    if (!opened.has(above.key)) shown = above;
  }
  return shown;
}
