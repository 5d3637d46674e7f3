import { expect, test } from "vitest";
import type { LayerInfo, NodeInfo } from "../data/training_types";
import { ancestors, layerTree, openAtFirst, openTo, shownIn, type Tree, visibleRows } from "./layer_tree";

/** Layers by their names, and every module with parameters, as the log has them: buffers last, in no module. */
function network(names: readonly string[], buffers: readonly string[] = []) {
  const layer = (name: string, kind: LayerInfo["kind"]): LayerInfo => ({
    name,
    module: name.slice(0, Math.max(0, name.lastIndexOf("."))),
    kind,
    shape: [2],
    trainable: kind === "parameter",
    filters: 0,
    aliases: [],
  });
  const layers = [
    ...names.map((name) => layer(name, "parameter")),
    ...buffers.map((name) => layer(name, "buffer")),
  ];
  const paths = new Set([""]);
  for (const name of names) {
    const parts = name.split(".");
    for (let n = 1; n < parts.length; n++) paths.add(parts.slice(0, n).join("."));
  }
  const nodes = [...paths].map((path): NodeInfo => {
    const inside = names.map((name) => path === "" || name.startsWith(`${path}.`));
    return { path, start: inside.indexOf(true), stop: inside.lastIndexOf(true) + 1 };
  });
  return { layers, nodes };
}

const SMALL = network(
  [
    "conv1.weight",
    "bn1.weight",
    "bn1.bias",
    "layer1.0.conv.weight",
    "layer1.0.bn.weight",
    "layer1.0.bn.bias",
    "layer1.1.conv.weight",
    "fc.weight",
    "fc.bias",
  ],
  ["bn1.running_mean", "layer1.0.bn.running_mean"],
);

const treeOf = (net: Parameters<typeof layerTree>[0]) => layerTree(net) as Tree;
const shown = (tree: Tree, opened: ReadonlySet<string>) =>
  visibleRows(tree, opened).map(({ label, depth }) => `${"  ".repeat(depth)}${label}`);

test("modules with one tensor are that tensor, and buffers stand after the parameters of their module", () => {
  const tree = treeOf(SMALL);
  expect(shown(tree, openTo(tree, "layers"))).toEqual([
    "whole network",
    "  conv1.weight",
    "  bn1",
    "    weight",
    "    bias",
    "    running_mean",
    "  layer1",
    "    0",
    "      conv.weight",
    "      bn",
    "        weight",
    "        bias",
    "        running_mean",
    "    1.conv.weight",
    "  fc",
    "    weight",
    "    bias",
  ]);
});

test("every place, of layers and of modules, has a row", () => {
  const tree = treeOf(SMALL);
  const count = SMALL.layers.length + SMALL.nodes.length;
  for (let place = 0; place < count; place++) expect(tree.byPlace.has(place)).toBe(true);
  const conv = SMALL.nodes.findIndex(({ path }) => path === "conv1");
  expect(tree.byPlace.get(SMALL.layers.length + conv)?.key).toBe("conv1.weight");
  expect(tree.byPlace.get(0)?.place).toBe(0);
});

test("stages, blocks and layers are depths of it", () => {
  const tree = treeOf(SMALL);
  expect(shown(tree, openTo(tree, "stages"))).toEqual([
    "whole network",
    "  conv1.weight",
    "  bn1",
    "  layer1",
    "  fc",
  ]);
  expect(shown(tree, openTo(tree, "blocks")).filter((row) => row.startsWith("    "))).toEqual([
    "    0",
    "    1.conv.weight",
  ]);
});

test("a wrapper around the network is no stage", () => {
  const wrapped = network(
    SMALL.layers.filter(({ kind }) => kind === "parameter").map(({ name }) => `module.${name}`),
  );
  const tree = treeOf(wrapped);
  expect(shown(tree, openTo(tree, "stages"))).toEqual([
    "whole network",
    "  module",
    "    conv1.weight",
    "    bn1",
    "    layer1",
    "    fc",
  ]);
});

test("at first as much is open as can be seen at once, modules before tensors", () => {
  const deep = network(
    [...Array(16).keys()].flatMap((i) => [
      `stage${i >> 2}.${i & 3}.conv.weight`,
      `stage${i >> 2}.${i & 3}.conv.bias`,
      `stage${i >> 2}.${i & 3}.norm.weight`,
      `stage${i >> 2}.${i & 3}.norm.bias`,
    ]),
  );
  const tree = treeOf(deep);
  expect(visibleRows(tree, openAtFirst(tree)).length).toBe(1 + 4 + 16);
  expect(visibleRows(tree, openAtFirst(tree, 20)).length).toBe(1 + 4);
  const small = treeOf(SMALL);
  expect(visibleRows(small, openAtFirst(small)).length).toBe(17);
});

test("a layer in closed modules is seen in the outermost", () => {
  const tree = treeOf(SMALL);
  const bn = tree.byKey.get("layer1.0.bn.weight");
  if (bn === undefined) throw new Error("the layer has no row");
  expect(shownIn(bn, openTo(tree, "stages")).key).toBe("layer1");
  expect(shownIn(bn, openTo(tree, "layers"))).toBe(bn);
  expect(shownIn(bn, new Set(["", ...ancestors(bn)]))).toBe(bn);
});

test("a flat network, one of buffers only, and none", () => {
  const flat = treeOf(network(["a", "b"]));
  expect(shown(flat, openAtFirst(flat))).toEqual(["whole network", "  a", "  b"]);
  const buffers = layerTree({ layers: network([], ["norm.running_mean"]).layers, nodes: [] }) as Tree;
  expect(shown(buffers, openAtFirst(buffers))).toEqual(["whole network", "  norm.running_mean"]);
  expect(layerTree({ layers: [], nodes: [] })).toBeNull();
});
