/** Why this file: one picture over the clock, drawn on a canvas in device pixels, again whenever what it shows changes. */
import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { TimeScale } from "../../charts/time_scale";
import { useTimeScale } from "./plot_area";

/** Draws in CSS pixels; may read signals, and is called again when they change. */
export type Draw = (context: CanvasRenderingContext2D, scale: TimeScale, height: number) => void;

interface PlotProps {
  /** CSS pixels. */
  readonly height: number;
  /** What it shows, in words, for those who cannot see it. */
  readonly label: string;
  readonly draw: Draw;
  /** Plain values that `draw` uses. */
  readonly inputs: readonly unknown[];
}

/** A picture as wide as its area. */
export function Plot({ height, label, draw, inputs }: PlotProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scale = useTimeScale();
  useEffect(() => {
    const element = canvas.current;
    if (element === null || scale.width === 0) return;
    return effect(() => {
      const ratio = window.devicePixelRatio || 1;
      element.width = Math.round(scale.width * ratio);
      element.height = Math.round(height * ratio);
      const context = element.getContext("2d");
      if (context === null) return;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      draw(context, scale, height);
    });
  }, [scale, height, ...inputs]);
  return (
    <canvas
      ref={canvas}
      data-plot
      class="plot"
      role="img"
      aria-label={label}
      style={{ width: `${scale.width}px`, height: `${height}px` }}
    />
  );
}
