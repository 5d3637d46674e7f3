/** Accuracy over training, on the axis it shares with the slider, with the value where we are and under the pointer. */
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { areaPath, extent, linePath, type Point, valueAt, verticalScale } from "../../charts/sparkline";
import { percent } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";
import type { AxisScale } from "./axis_scale";

/** Pixels. The padding leaves room for the dot. */
const FRAME = { height: 46, padding: 6 } as const;
/** The axis' ends are multiples of this, so that they can be named in whole per cents. */
const GRAIN = 0.1;
/** Room that the value's label takes; nearer than that to the right end it goes to the left of the line. */
const LABEL_ROOM = 110;

interface Props {
  readonly scale: AxisScale;
  /** Pixels; 0 until it was measured. */
  readonly width: number;
  /** Step under the pointer. */
  readonly pointed: Signal<number | null>;
}

/** Ends of the vertical axis: the lowest accuracy rounded down, the highest up. */
export function accuracyDomain(points: readonly Point[]): [number, number] {
  const [low, high] = extent(points);
  const bottom = Math.max(0, Math.floor(low / GRAIN + 1e-9) * GRAIN);
  return [bottom, Math.min(1, Math.max(bottom + GRAIN, Math.ceil(high / GRAIN - 1e-9) * GRAIN))];
}

/** The curve; nothing where the log has no accuracy. */
export function AccuracyCurve({ scale, width, pointed }: Props): JSX.Element | null {
  const store = useStore();
  const layer = store.derived.layerIndex.value;
  const points = useMemo<readonly Point[]>(
    () => (layer?.steps ?? []).map((step, i) => ({ x: step, y: layer?.accuracy[i] ?? null })),
    [layer],
  );
  const domain = accuracyDomain(points);
  const [bottom, top] = domain;
  const y = useMemo(() => verticalScale([bottom, top], { ...FRAME, width }), [bottom, top, width]);
  const paths = useMemo(() => {
    const x = (step: number) => scale.at(step) * width;
    return { line: linePath(points, x, y), area: areaPath(points, x, y, FRAME.height) };
  }, [points, scale, width, y]);

  const { time } = store.view;
  const place = useDerived(() => {
    const step = pointed.value ?? time.value;
    return { x: scale.at(step) * width, y: y(valueAt(points, step) ?? bottom) };
  }, [scale, width, points, y, bottom]);
  const clip = useDerived(() => `width:${(scale.at(time.value) * 100).toFixed(3)}%`, [scale]);
  const dotX = useDerived(() => `${place.value.x}`, [place]);
  const dotY = useDerived(() => `${place.value.y}`, [place]);
  const label = useDerived(() => {
    const at = pointed.value;
    if (at === null) return `accuracy ${percent(store.derived.accuracyNow.value)}`;
    const value = valueAt(points, at);
    return `${store.derived.unit.value} ${at.toLocaleString("en-US")} · ${percent(value)}`;
  }, [points]);
  const labelStyle = useDerived(() => {
    const { x, y: height } = place.value;
    const flip = x > width - LABEL_ROOM;
    // Below the line while it is high, above it while it is low: over it the label would hide it.
    const labelTop = height < FRAME.height / 2 ? height + 7 : height - 23;
    return `transform:translate(${x}px,${labelTop}px) translateX(${flip ? "calc(-100% - 8px)" : "8px"})`;
  }, [place, width]);
  if (width === 0 || points.every((p) => p.y === null)) return <div class="curve" />;

  return (
    <div class="curve">
      <span class="curve-end curve-top numeric">{percent(top)}</span>
      <span class="curve-end curve-bottom numeric">{percent(bottom)}</span>
      <svg class="curve-rest" width={width} height={FRAME.height} aria-hidden="true">
        <path class="curve-line" d={paths.line} />
      </svg>
      <div class="curve-clip" style={clip}>
        <svg width={width} height={FRAME.height} aria-hidden="true">
          <path class="curve-area" d={paths.area} />
          <path class="curve-line" d={paths.line} />
        </svg>
      </div>
      {store.derived.steps.value.length > 0 && (
        <>
          <svg class="curve-rest" width={width} height={FRAME.height} aria-hidden="true">
            <circle class="curve-dot" r={3.5} cx={dotX} cy={dotY} />
          </svg>
          <span class="curve-label numeric" style={labelStyle}>
            {label}
          </span>
        </>
      )}
    </div>
  );
}
