/** A sample's picture, and a class by its mark and name: the two small things that the panel is made of. */
import type { JSX } from "preact";
import { tileStyle } from "../space/hover_facts";
import { useStore } from "../store_context";

/** The picture from the sprite; nothing where there is none. */
export function Thumb({ row, size }: { row: number; size: number }): JSX.Element | null {
  const { data } = useStore();
  const url = data.thumbnailsUrl.value;
  const probe = data.index.value?.probe ?? null;
  if (url === null || probe === null || probe.thumbnails === null) return null;
  return <span class="tile" style={tileStyle(row, probe.count, probe.thumbnails, url, size)} />;
}

/** Whether samples have pictures. */
export function useHasThumbs(): boolean {
  const { data } = useStore();
  return data.thumbnailsUrl.value !== null && data.index.value?.probe?.thumbnails != null;
}

/** A disc for what a sample is labelled as, a ring for what it is wrongly taken for, as on the map. */
export function ClassMark({ index, ring = false }: { index: number; ring?: boolean }): JSX.Element {
  const { colours } = useStore().derived;
  return (
    <span class="class-dot" data-ring={ring} style={{ "--class": colours.value[index] ?? "currentColor" }} />
  );
}
