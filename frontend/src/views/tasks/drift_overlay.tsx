/** Why this file: over the map, the ways of the class centres through time: thinner is older, a ring is now. */
import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { toScreen } from "../../gl/camera";
import { stageOptions } from "../../gl/stage_options";
import { CentreCache, driftPaths } from "../../state/drift_paths";
import { PAGE } from "../../theme/palettes";
import { useStore } from "../store_context";

/** CSS pixels. */
const WIDTH = { old: 1, now: 4 } as const;
const HALO = 2;
const RING = 6;

export function DriftOverlay(): JSX.Element | null {
  const store = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  const cache = useMemo(() => new CentreCache(), []);
  const { rects } = stageOptions(store);
  const rect = rects.value[0];
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || rect === undefined) return;
    const { data, derived, view, transient } = store;
    return effect(() => {
      const camera = stageOptions(store).shown.value;
      const position = derived.position.value;
      const labels = data.samples.value?.labels;
      const colours = derived.colours.value;
      void data.buffered.value;
      const ratio = window.devicePixelRatio || 1;
      element.width = Math.round(rect.width * ratio);
      element.height = Math.round(rect.height * ratio);
      if (camera === null || position === null || labels === undefined) return;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const keys = derived.keys.value;
      const frameOf = (i: number) => store.cache.peekFrame(keys[i] ?? "");
      const paths = driftPaths(position.a + position.mix, colours.length, (i) =>
        cache.at(keys[i] ?? "", frameOf(i), labels, colours.length),
      );
      const halo = PAGE[transient.dark.value ? "dark" : "light"].paper;
      const hidden = view.hiddenClasses.value;
      context.lineCap = "round";
      for (const path of paths) {
        if (hidden.has(path.class)) continue;
        const colour = colours[path.class] as string;
        // Each path's halo lies below its own colour, and above the paths before it.
        for (const [stroke, more] of [[halo, HALO] as const, [colour, 0] as const]) {
          context.strokeStyle = stroke;
          for (const { from, to, age } of path.pieces) {
            context.lineWidth = WIDTH.old + age * (WIDTH.now - WIDTH.old) + more;
            context.beginPath();
            context.moveTo(...toScreen(camera, rect, ...from));
            context.lineTo(...toScreen(camera, rect, ...to));
            context.stroke();
          }
          context.lineWidth = WIDTH.now - 1 + more;
          context.beginPath();
          context.arc(...toScreen(camera, rect, ...path.now), RING, 0, 2 * Math.PI);
          context.stroke();
        }
      }
    });
  }, [store, cache, rect]);
  if (rect === undefined) return null;
  return (
    <canvas
      ref={canvas}
      class="drift-overlay"
      role="img"
      aria-label="Paths of the class centres up to now; a ring is where each is"
      style={{
        left: `${rect.left}px`,
        top: `${rect.top}px`,
        width: `${rect.width}px`,
        height: `${rect.height}px`,
        position: "absolute",
        pointerEvents: "none",
      }}
    />
  );
}
