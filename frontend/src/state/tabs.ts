/** Why this file: the tab's own tabs, which share the clock, the pins and the selection. */

export interface TabInfo {
  readonly name: Tab;
  readonly title: string;
  readonly says: string;
}

export type Tab = "space" | "layers" | "classes" | "cube" | "health";

export const TABS: readonly TabInfo[] = [
  { name: "space", title: "Space", says: "where a layer puts the samples" },
  { name: "layers", title: "Layers", says: "how weights, gradients and filters change" },
  {
    name: "classes",
    title: "Classes",
    says: "which classes and images the model gets wrong, and when that changes",
  },
  { name: "cube", title: "Cube", says: "which layers change when which classes do" },
  { name: "health", title: "Health", says: "what was measured of every layer, what went wrong, and where" },
];

/** A tab by its name; `undefined` when there is none. */
export function tabOf(name: string | undefined): Tab | undefined {
  return TABS.find((tab) => tab.name === name)?.name;
}
