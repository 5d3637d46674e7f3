/**
 * Why this file: pictures below each other with one clock: what is left of them, how wide they are, and the lines that run
 * through all: where the pointer is, what time the maps show, and the pins.
 */
import { type ComponentChildren, createContext, type JSX } from "preact";
import { useContext, useMemo, useRef } from "preact/hooks";
import { type TimeScale, timeScale } from "../../charts/time_scale";
import { type Training, training } from "../../state/training";
import { useDerived } from "../../ui/use_derived";
import { useWidth } from "../../ui/use_width";
import { useStore } from "../store_context";

/** Room for names to the left of every picture, in CSS pixels. Also in training.css. */
export const GUTTER = 220;
/** Kept free at the right, for the scroll bar. */
const MARGIN = 14;
/** How much one step of the wheel zooms. */
const WHEEL = 1.0015;
/** Elements that pictures are drawn on. */
const PLOT = "[data-plot]";

const Scale = createContext<TimeScale>(timeScale(0, 1, 0));

/** The scale of the pictures around. */
export function useTimeScale(): TimeScale {
  return useContext(Scale);
}

/** The training log's part of the store that this view is in. */
export function useTraining(): Training {
  return training(useStore());
}

/** Time under the pointer; `null`: it is on no picture. */
function timeAt(event: MouseEvent, scale: TimeScale): number | null {
  const plot = event.target instanceof Element ? event.target.closest(PLOT) : null;
  if (plot === null) return null;
  const { left, bottom } = plot.getBoundingClientRect();
  // A picture may lie in a plane that leans to the right: so much for each pixel above its lower edge.
  const lean = Number(plot.closest<HTMLElement>("[data-lean]")?.dataset.lean ?? 0);
  const x = event.clientX - left - lean * (bottom - event.clientY);
  return Math.min(Math.max(scale.time(x), scale.from), scale.to);
}

interface PlotAreaProps {
  /** Kept free to the right of the pictures, in CSS pixels. */
  readonly room?: number;
  readonly children: ComponentChildren;
}

/** Around everything that has the clock as its x. */
export function PlotArea({ room = MARGIN, children }: PlotAreaProps): JSX.Element {
  const log = useTraining();
  const area = useRef<HTMLDivElement>(null);
  const width = Math.max(0, useWidth(area) - GUTTER - room);
  const { from, to } = log.window.value;
  const scale = useMemo(() => timeScale(from, to, width), [from, to, width]);
  return (
    <Scale.Provider value={scale}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys move the clock from anywhere, and the pictures have names of their own. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: arrow keys go through the same times. */}
      <div
        ref={area}
        class="plot-area"
        onPointerMove={(event) => {
          log.hover.value = timeAt(event, scale);
        }}
        onPointerLeave={() => {
          log.hover.value = null;
        }}
        onClick={(event) => {
          const time = timeAt(event, scale);
          if (time !== null) log.goTo(time);
        }}
        onWheel={(event) => {
          if (!event.ctrlKey && !event.metaKey) return;
          event.preventDefault();
          log.zoom(WHEEL ** event.deltaY, timeAt(event, scale) ?? (from + to) / 2);
        }}
      >
        {children}
        <Lines scale={scale} />
      </div>
    </Scale.Provider>
  );
}

/** Lines through pictures at the times that matter. */
export function Lines({ scale }: { scale: TimeScale }): JSX.Element {
  const store = useStore();
  const log = useTraining();
  const lines = useDerived(() => {
    const all = [
      { kind: "now", time: log.now.value },
      ...log.pins.value.map((time) => ({ kind: "pin", time })),
      ...(log.hover.value === null ? [] : [{ kind: "hover", time: log.hover.value }]),
    ];
    return all.filter(({ time }) => time >= scale.from && time <= scale.to);
  }, [store, log, scale]);
  return (
    <div class="plot-lines" aria-hidden="true">
      {lines.value.map(({ kind, time }, i) => (
        <i key={`${kind}${i}`} data-kind={kind} style={{ left: `${scale.x(time)}px` }} />
      ))}
    </div>
  );
}
