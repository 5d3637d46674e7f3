/** The map itself: the canvas, and what floats above it. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { attachStage } from "../../gl/stage";
import { stageOptions } from "../../gl/stage_options";
import { comparison } from "../../state/compare";
import { plural } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { Badge } from "../badge/badge";
import { PanelTitles } from "../compare/panel_titles";
import { obstacle, StateOverlay } from "../states/states";
import { useStore } from "../store_context";
import { DriftPlace } from "../tasks/drift_place";
import { Announcer } from "./announcer";
import { HoverCard } from "./hover_card";
import { LoadingMark } from "./loading_mark";
import { MapKey } from "./map_key";
import { Notices } from "./notices";
import { useMark } from "./pointed";
import { mapSummary } from "./summary";
import { DrawnOutline, Tools } from "./tools";

/** `m` puts the focus here. */
export const MAP_ID = "map";

/** The centre of the tab. */
export function Space(): JSX.Element {
  const store = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => (canvas.current === null ? undefined : attachStage(canvas.current, store)), [store]);
  const { tool } = stageOptions(store);
  const summary = useDerived(() => mapSummary(store), [store]);
  const clear = useDerived(() => obstacle(store) === "none", [store]);
  useMark();
  return (
    <main class="space" data-compare={comparison(store).others.value.length > 0}>
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: an application is interactive: arrow keys move the map. */}
      <canvas
        ref={canvas}
        id={MAP_ID}
        class="map"
        data-tool={tool.value}
        role="application"
        aria-roledescription="map"
        aria-label={summary}
        aria-describedby="map-keys"
        tabIndex={0}
      />
      <p id="map-keys" hidden>
        Arrow keys move the map, plus and minus zoom, Enter selects what is in view; with Shift it adds, with
        Alt it takes away.
      </p>
      {clear.value && (
        <>
          <DriftPlace />
          <Announcer />
          <Badge />
          <Notices />
          <MapKey />
          <LoadingMark />
          <DrawnOutline />
          <PanelTitles />
          <Tools />
          <HoverCard />
        </>
      )}
      <StateOverlay />
    </main>
  );
}

/** What the map is a map of, for the strip above it. */
export function MapTitle(): JSX.Element | null {
  const { data, derived } = useStore();
  const layer = derived.layerIndex.value;
  const probe = data.index.value?.probe ?? null;
  if (layer === null || probe === null) return null;
  if (layer.width === null) {
    return (
      <p class="map-title numeric">
        {plural(probe.count, "sample")} in <b>{layer.name}</b>
        <span class="faint"> · a map as it was logged</span>
      </p>
    );
  }
  return (
    <p class="map-title numeric">
      {plural(probe.count, "sample")} as <b>{layer.name}</b> sees them
      <span class="faint"> · {plural(layer.width, "unit")} drawn in 2 dimensions</span>
    </p>
  );
}
