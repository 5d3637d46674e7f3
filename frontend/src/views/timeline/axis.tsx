/** The time axis: accuracy over training, a continuous slider below it, what is loaded and what is still to be mapped. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { timeTicks } from "../../charts/ticks";
import { plural } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { useWidth } from "../../ui/use_width";
import { AlertMarks } from "../alerts/marks";
import { TaskSpans } from "../alerts/tasks";
import { EventTicks } from "../events/ticks";
import { useStore } from "../store_context";
import { AccuracyCurve } from "./accuracy_curve";
import { axisScale, bufferedBands, nearestStep, pendingBands } from "./axis_scale";

/** A share of the axis' width as CSS. */
const css = (share: number) => `${(share * 100).toFixed(4)}%`;

/** The axis. Moving parts are bound to signals, so playing renders nothing. */
export function Axis(): JSX.Element {
  const store = useStore();
  const { steps, allSteps, pendingSteps, unit, epochLabel } = store.derived;
  const scale = useMemo(() => axisScale(allSteps.value), [allSteps.value]);
  const area = useRef<HTMLDivElement>(null);
  const width = useWidth(area);
  const pointed = useSignal<number | null>(null);
  const dragging = useRef(false);

  const fill = useDerived(() => `width:${css(scale.at(store.view.time.value))}`, [scale]);
  const place = useDerived(() => `left:${css(scale.at(store.view.time.value))}`, [scale]);
  const lastMapped = steps.value.at(-1);
  const pending = useMemo(() => new Set(pendingSteps.value), [pendingSteps.value]);
  const empty = steps.value.length === 0;

  const timeUnder = (event: PointerEvent): number => {
    const box = area.current?.getBoundingClientRect();
    return box === undefined || box.width === 0 ? 0 : scale.inverse((event.clientX - box.left) / box.width);
  };
  const snap = (time: number) => nearestStep(steps.value, time) ?? time;
  const drag = (event: PointerEvent) => {
    const time = timeUnder(event);
    pointed.value = snap(time);
    if (dragging.current) store.seek(store.transient.reducedMotion.value ? snap(time) : time);
  };
  const release = () => {
    if (!dragging.current) return;
    dragging.current = false;
    // Rest on a map that was measured, not between two.
    store.seek(snap(store.view.time.peek()));
  };

  return (
    <div
      class="axis"
      data-empty={empty}
      onPointerDown={(event) => {
        if (event.button !== 0 || empty) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        dragging.current = true;
        store.view.playing.value = false;
        drag(event);
      }}
      onPointerMove={drag}
      onPointerUp={release}
      onPointerCancel={release}
      onPointerLeave={() => {
        pointed.value = null;
      }}
    >
      <div class="axis-area" ref={area}>
        <AccuracyCurve scale={scale} width={width} pointed={pointed} />
        <AlertMarks scale={scale} width={width} />
        {!empty && <div class="now-line" style={place} />}
        <div class="track">
          {bufferedBands(steps.value, store.data.buffered.value, scale).map((band) => (
            <div
              key={band.from}
              class="band-buffered"
              style={{ left: css(band.from), width: css(band.to - band.from) }}
            />
          ))}
          <div class="band-played" style={fill} />
          {pendingBands(allSteps.value, pending, scale).map((band) => (
            <div
              key={band.from}
              class="band-pending"
              title={`${plural(band.count, "snapshot")} waiting to be mapped`}
              style={{ left: css(band.from), width: css(band.to - band.from) }}
            />
          ))}
        </div>
        {!empty && (
          <div
            class="thumb"
            role="slider"
            tabIndex={0}
            style={place}
            aria-label={`Time in training, by ${unit.value}`}
            aria-valuemin={steps.value[0] ?? 0}
            aria-valuemax={lastMapped ?? 0}
            aria-valuenow={store.view.time}
            aria-valuetext={epochLabel}
          />
        )}
        <div class="ticks" aria-hidden="true">
          {timeTicks(allSteps.value, scale.low, scale.high, width).map((tick) => (
            <span
              key={tick.step}
              class="tick numeric"
              data-short={tick.label === null}
              data-pending={pending.has(tick.step)}
              style={{ left: css(scale.at(tick.step)) }}
            >
              {tick.label}
            </span>
          ))}
        </div>
        <EventTicks scale={scale} />
        <TaskSpans scale={scale} />
      </div>
    </div>
  );
}
