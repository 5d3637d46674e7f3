/** What is above every picture: the learning rate, and error and loss, over the same clock. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { type Curve, drawCurves, rangeOf } from "../../charts/curve";
import { timeTicks } from "../../charts/ticks";
import { type RateSegment, rateSegments, rateText } from "../../state/learning_rate";
import type { Log } from "../../state/training";
import { useStore } from "../store_context";
import { Plot } from "./plot";
import { useTimeScale, useTraining } from "./plot_area";
import { Row } from "./row";
import { useAnswer } from "./use_answer";

const RATE_HEIGHT = 16;
const CURVE_HEIGHT = 56;
/** Rates that are told one by one. */
const MOST_SAID = 8;
/** Least pixels of a rate that is written into its piece. */
const LABEL_ROOM = 34;

/** A colour of the theme as CSS has it, for canvases. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Rates, error, loss and the axis. */
export function Head(): JSX.Element {
  const log = useTraining().log.value;
  return (
    <div class="plot-head">
      {log !== null && <Rates log={log} />}
      {log !== null && <Curves log={log} />}
      <AxisRow />
    </div>
  );
}

function Rates({ log }: { log: Log }): JSX.Element | null {
  const state = useTraining();
  const { dark } = useStore().transient;
  const stretch = state.stretch.value;
  const number = state.stretchNumber.value;
  const groups = stretch?.learning_rates ?? 0;
  const group = useSignal(0);
  const answer =
    groups === 0
      ? null
      : state.ask(log, `rates ${number}`, (client, signal) =>
          client.series(
            { array: "learning_rates", stretch: number, places: [...Array(groups).keys()], width: 1000 },
            signal,
          ),
        );
  const { value } = useAnswer(answer, `rates ${log.index.run} ${number}`);
  if (groups === 0) return null;
  const shown = Math.min(group.value, groups - 1);
  const segments = value === null ? [] : rateSegments(value, shown);
  const said = inWords(segments);
  return (
    <Row
      name={
        groups === 1 ? (
          "Learning rate"
        ) : (
          <select
            class="field"
            aria-label="Parameter group"
            value={shown}
            onChange={(event) => {
              group.value = Number(event.currentTarget.value);
            }}
          >
            {[...Array(groups).keys()].map((i) => (
              <option key={i} value={i}>
                Learning rate, group {i}
              </option>
            ))}
          </select>
        )
      }
      trouble="A jump below that is not at a change of the rate has another cause; a rate of 0 stops learning."
    >
      <Plot
        height={RATE_HEIGHT}
        label={`Learning rate: ${said}`}
        inputs={[segments, dark.value]}
        draw={(context, scale, height) => {
          const most = Math.max(peakOf(segments), 1e-30);
          let labelled = false;
          context.font = "10px Roboto, sans-serif";
          context.textBaseline = "middle";
          for (const { from, to, first, last } of segments) {
            const [left, right] = [scale.x(from), scale.x(to)];
            const fade = context.createLinearGradient(left, 0, Math.max(right, left + 1), 0);
            fade.addColorStop(0, shade(first / most));
            fade.addColorStop(1, shade(last / most));
            context.fillStyle = fade;
            context.fillRect(left, 1, Math.max(1, right - left - 1), height - 2);
            if (Math.min(right, scale.width) - Math.max(left, 0) < LABEL_ROOM) continue;
            context.fillStyle = token("--text");
            context.fillText(rateText(first), Math.max(left, 0) + 5, height / 2 + 0.5);
            labelled = true;
          }
          if (labelled || segments.length === 0) return;
          context.fillStyle = token("--text");
          context.fillText(`at most ${rateText(most)}`, 5, height / 2 + 0.5);
        }}
      />
    </Row>
  );
}

function peakOf(segments: readonly RateSegment[]): number {
  return Math.max(...segments.map(({ first, last }) => Math.max(first, last)));
}

/** Each rate, or of a schedule that changes all the time its ends and its peak. */
function inWords(segments: readonly RateSegment[]): string {
  const [start, end] = [segments[0], segments.at(-1)];
  if (start === undefined || end === undefined) return "not known yet";
  if (segments.length > MOST_SAID) {
    return `from ${rateText(start.first)} to ${rateText(end.last)}, at most ${rateText(peakOf(segments))}`;
  }
  return segments.map(({ first, from }) => `${rateText(first)} from ${from.toFixed(1)}`).join(", ");
}

/** Orders of magnitude look alike: the eighth part of a rate is a third as strong. */
function shade(share: number): string {
  const alpha = share <= 0 ? 0.04 : Math.max(0.1, 0.6 + 0.1 * Math.log2(share));
  return `rgb(245 124 0 / ${Math.round(100 * alpha)}%)`;
}

function Curves({ log }: { log: Log }): JSX.Element | null {
  const state = useTraining();
  const { dark } = useStore().transient;
  const set = state.set.value;
  const wished = useSignal<string | null>(null);
  const tags = log.index.scalars;
  const tag = wished.value ?? tags.find((name) => /loss/i.test(name)) ?? "";
  const answers = useAnswer(
    set === null ? null : state.ask(log, `answers ${set.name}`, (client, s) => client.answers(set.name, s)),
    `answers ${log.index.run} ${set?.name}`,
  ).value;
  const scalar = useAnswer(
    tag === "" ? null : state.ask(log, `scalar ${tag}`, (client, s) => client.scalar(tag, s)),
    `scalar ${log.index.run} ${tag}`,
  ).value;
  if (set === null && tags.length === 0) return null;
  const error: Curve | null =
    set === null || answers === null || !set.labelled
      ? null
      : { times: set.steps, values: answers.whole, colour: "--poor" };
  const loss: Curve | null =
    scalar === null
      ? null
      : { times: scalar.times, values: scalar.values.map((v) => v ?? Number.NaN), colour: "--curve" };
  const last = error === null ? undefined : Array.from(error.values).findLast(Number.isFinite);
  return (
    <Row
      class="plot-curves"
      name={
        <span class="curve-names">
          {error !== null && (
            <span>
              <i style={{ background: "var(--poor)" }} /> error of{" "}
              {set?.name === "probe" ? "the probe" : "the set"}{" "}
              <b class="numeric">{last === undefined ? "not seen" : `${(100 * last).toFixed(1)} %`}</b>
            </span>
          )}
          {tags.length > 0 && (
            <span>
              <i style={{ background: "var(--curve)" }} />
              <select
                class="field"
                aria-label="Scalar"
                value={tag}
                onChange={(event) => {
                  wished.value = event.currentTarget.value;
                }}
              >
                <option value="">no scalar</option>
                {tags.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </span>
          )}
        </span>
      }
      trouble="Trouble: the error rises while the loss falls, or either jumps where the learning rate does not change."
    >
      <Plot
        height={CURVE_HEIGHT}
        label={`Error and ${tag || "loss"} over training`}
        inputs={[answers, scalar, dark.value]}
        draw={(context, scale, height) => {
          for (const curve of [loss, error]) {
            if (curve === null) continue;
            const [low, high] = curve === error ? [0, Math.max(0.05, rangeOf([curve])[1])] : rangeOf([curve]);
            const y = (value: number) => 3 + (1 - (value - low) / (high - low)) * (height - 6);
            drawCurves(context, [{ ...curve, colour: token(curve.colour) }], scale, y);
          }
        }}
      />
    </Row>
  );
}

/** Steps below the head, as on the timeline. */
function AxisRow(): JSX.Element {
  const store = useStore();
  const scale = useTimeScale();
  const steps = store.derived.allSteps.value.filter((step) => step >= scale.from && step <= scale.to);
  return (
    <Row name={<span class="faint">{store.derived.unit.value}</span>} trouble="The clock of the maps.">
      <div class="plot-axis" data-plot style={{ width: `${scale.width}px` }} aria-hidden="true">
        {timeTicks(steps, scale.from, scale.to, scale.width).map(({ step, label }) => (
          <span key={step} class="plot-tick numeric" style={{ left: `${scale.x(step)}px` }}>
            {label}
          </span>
        ))}
      </div>
    </Row>
  );
}
