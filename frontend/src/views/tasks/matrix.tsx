/** Why this file: the forgetting matrix: a measure of every task at every snapshot, with the switches between tasks. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { cellAt, drawTaskMatrix, type MatrixModel } from "../../charts/task_matrix";
import { timeScale } from "../../charts/time_scale";
import { finiteRange } from "../../charts/value_axis";
import { healthView } from "../../state/health_view";
import { type TaskMeasure, tasks } from "../../state/tasks";
import { mapColours } from "../../theme/colour_maps";
import { NEUTRAL, PAGE } from "../../theme/palettes";
import { count } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { useWidth } from "../../ui/use_width";
import { useStore } from "../store_context";
import { cellText, TASK_MEASURES, valueWords, wordsOf } from "./words";

/** Pixels. */
const ROW_HEIGHT = 26;
const NAMES = 120;

export function Matrix(): JSX.Element | null {
  const store = useStore();
  const view = healthView(store);
  const state = tasks(store);
  const { clock } = view;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const pointed = useSignal<{ readonly row: number; readonly snapshot: number } | null>(null);
  const width = Math.max(0, useWidth(box) - NAMES);
  const [all, spans, shown] = [state.all.value, state.spans.value, state.shown.value];
  const words = wordsOf(state.measure.value);
  const dark = store.transient.dark.value;
  const unit = store.derived.unit.value;
  const model = useMemo<MatrixModel | null>(() => {
    if (shown === null) return null;
    const nothing = new Float32Array(shown.steps.length).fill(Number.NaN);
    const rows = all.map(({ name }, k) => {
      const span = spans[k] ?? null;
      const own = span && span.last >= span.first ? ([span.first, span.last] as const) : null;
      return { name, values: shown.columns[k] ?? nothing, own };
    });
    const range = finiteRange(rows.map(({ values }) => values)) ?? [0, 1];
    return { steps: shown.steps, rows, domain: words.share ? [0, 1] : range, rowHeight: ROW_HEIGHT };
  }, [shown, all, spans, words]);
  const { from, to } = view.window.value;
  const scale = useMemo(() => {
    // Half a snapshot at either end, so that the first and the last are as wide as the others.
    const half = model === null || model.steps.length < 2 ? 0.5 : (to - from) / (model.steps.length - 1) / 2;
    return timeScale(from - half, to + half, width);
  }, [from, to, width, model]);
  const height = all.length * ROW_HEIGHT;
  const colours = mapColours("sequential", dark);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || model === null || width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    element.width = Math.round(width * ratio);
    element.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const page = dark ? "dark" : "light";
    drawTaskMatrix(context, model, scale, {
      colours,
      ink: dark ? ["#ffffff", "#202020"] : ["#202020", "#ffffff"],
      unknown: `${NEUTRAL[page]}33`,
      outline: PAGE[page].ink,
      switches: PAGE[page].ink,
      text: (value) => cellText(words, value),
    });
  }, [model, scale, width, height, colours, dark, words]);
  const said = useDerived(() => {
    const cell = pointed.value;
    if (cell === null || model === null) return "";
    const row = model.rows[cell.row];
    const value = valueWords(words, row?.values[cell.snapshot] ?? Number.NaN);
    return `${row?.name} at ${unit} ${count(model.steps[cell.snapshot] as number)}: ${words.title} ${value}`;
  }, [pointed, model, words, unit]);
  const cursor = useDerived(() => {
    const time = clock.hover.value ?? clock.now.value;
    return time < scale.from || time > scale.to ? "none" : `translateX(${NAMES + scale.x(time)}px)`;
  }, [clock, scale]);
  const place = (event: MouseEvent & { readonly currentTarget: Element }) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const lasts = model?.rows.map(
    ({ name, values }) => `${name} ${valueWords(words, values[values.length - 1] ?? Number.NaN)}`,
  );
  return (
    <div class="task-matrix">
      <h3>
        <label>
          Task by {unit}:{" "}
          <select
            class="field"
            value={state.measure.value}
            title={words.says}
            onChange={(event) => {
              state.measure.value = event.currentTarget.value as TaskMeasure;
            }}
          >
            {TASK_MEASURES.map(({ measure, title }) => (
              <option key={measure} value={measure}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {state.measure.value !== "accuracy" && <span class="health-what"> in {view.detail.value}</span>}
        <output class="numeric health-what">{said}</output>
      </h3>
      <div class="task-matrix-body" ref={box}>
        <div class="task-names" style={{ width: `${NAMES}px` }}>
          {all.map(({ name }) => (
            <span key={name} title={name} style={{ height: `${ROW_HEIGHT}px` }}>
              {name}
            </span>
          ))}
        </div>
        <canvas
          ref={canvas}
          class="plot"
          role="img"
          aria-label={`${words.title} of ${all.length} tasks over time; at the end: ${lasts?.join(", ") ?? "not measured"}. Outlined: while the task was learned.`}
          style={{ width: `${width}px`, height: `${height}px` }}
          onPointerMove={(event) => {
            const { x, y } = place(event);
            pointed.value = model === null ? null : cellAt(model, scale, x, y);
            clock.hover.value = Math.min(Math.max(scale.time(x), from), to);
          }}
          onPointerLeave={() => {
            pointed.value = null;
            clock.hover.value = null;
          }}
          onClick={(event) => clock.goTo(Math.min(Math.max(scale.time(place(event).x), from), to))}
        />
        <i
          class="task-cursor"
          style={{ transform: cursor.value, height: `${height}px` }}
          aria-hidden="true"
        />
      </div>
      {model === null ? (
        <p class="health-absent">This measure is not known of this run's tasks.</p>
      ) : (
        <p class="health-ramp numeric">
          {valueWords(words, model.domain[0])}
          <i
            style={{
              background: `linear-gradient(90deg, ${colours.filter((_, i) => i % 16 === 15).join(", ")})`,
            }}
          />
          {valueWords(words, model.domain[1])}
          <span class="health-what"> · outlined: while it was learned · grey: not defined</span>
        </p>
      )}
    </div>
  );
}
