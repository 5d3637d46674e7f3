/** The picture of one layer or module over the clock, as any of the drawings. */
import type { JSX } from "preact";
import { paintBands } from "../../charts/bands";
import { boxesOf, drawBoxes } from "../../charts/boxes";
import { drawCurves } from "../../charts/curve";
import { type HorizonColours, paintHorizon } from "../../charts/horizon";
import { packed, putPixels } from "../../charts/raster";
import {
  extremes,
  inColumns,
  NOTHING,
  placeOf,
  type Spread,
  type Strip,
  type ValueScale,
} from "../../charts/strip";
import type { TimeScale } from "../../charts/time_scale";
import type { Measure } from "../../state/layers";
import { MAP_LEVELS, mapColours } from "../../theme/colour_maps";
import { useStore } from "../store_context";
import { token } from "../training/head";
import { Plot } from "../training/plot";
import { drawMarks, type Mark } from "./marks";

/** CSS pixels of a box, with the room around it. */
const BOX_WIDTH = 9;
/** Lower strips have no room for a dot beside the bar. */
const MEANS_HEIGHT = 44;
/** Kept free above and below lines. */
const INSET = 2;

interface StripPlotProps {
  readonly strip: Strip;
  readonly measure: Measure;
  readonly values: ValueScale;
  readonly bands: number;
  readonly height: number;
  readonly label: string;
  readonly marks: readonly Mark[];
}

/** Colours of horizon bands from weak to strong, as "#rrggbb". */
export function horizonColours(kind: ValueScale["kind"], bands: number, dark: boolean) {
  const middle = (MAP_LEVELS - 1) / 2;
  const shares = Array.from({ length: bands }, (_, i) => (i + 1) / bands);
  const map = (name: "sequential" | "diverging", at: (share: number) => number) =>
    shares.map((share) => mapColours(name, dark)[Math.round(at(share))] as string);
  const positive =
    kind === "signed"
      ? map("diverging", (share) => middle + share * middle)
      : map("sequential", (share) => share * 0.8 * (MAP_LEVELS - 1));
  return { positive, negative: map("diverging", (share) => middle - share * middle) };
}

/** Colours of the shares of filters above each limit, from the least limit to the greatest. */
export function stackColours(count: number, dark: boolean): readonly string[] {
  return Array.from(
    { length: count },
    (_, i) =>
      mapColours("sequential", dark)[
        Math.round((i / Math.max(1, count - 1)) * 0.9 * (MAP_LEVELS - 1))
      ] as string,
  );
}

export function StripPlot({
  strip,
  measure,
  values,
  bands,
  height,
  label,
  marks,
}: StripPlotProps): JSX.Element {
  const dark = useStore().transient.dark.value;
  const spread = strip.statistics[measure.index];
  return (
    <Plot
      height={height}
      label={label}
      inputs={[strip, measure, values.kind, values.from, values.to, bands, marks, dark]}
      draw={(context, scale) => {
        if (measure.drawn === "stack") stack(context, scale, strip, dark);
        else if (measure.drawn === "box") box(context, scale, strip, values, height);
        else if (spread !== undefined && measure.drawn === "line") {
          line(context, scale, strip, spread, values, height);
        } else if (spread !== undefined) horizon(context, scale, strip, spread, values, bands, dark);
        drawMarks(context, scale, marks);
      }}
    />
  );
}

function stack(context: CanvasRenderingContext2D, scale: TimeScale, strip: Strip, dark: boolean): void {
  putPixels(context, (pixels, width, height) => {
    const shares = strip.statistics.map((one) => inColumns(strip.times, one, scale, width).mean);
    paintBands(pixels, width, height, shares, stackColours(shares.length, dark).map(packed));
  });
}

function horizon(
  context: CanvasRenderingContext2D,
  scale: TimeScale,
  strip: Strip,
  spread: Spread,
  values: ValueScale,
  bands: number,
  dark: boolean,
): void {
  const { positive, negative } = horizonColours(values.kind, bands, dark);
  const colours: HorizonColours = {
    positive: positive.map(packed),
    negative: negative.map(packed),
    nothing: packed(token("--poor")),
  };
  putPixels(context, (pixels, width, height) => {
    const columns = extremes(inColumns(strip.times, spread, scale, width));
    paintHorizon(
      pixels,
      width,
      height,
      columns.map((value) => placeOf(values, value)),
      colours,
    );
  });
}

function line(
  context: CanvasRenderingContext2D,
  scale: TimeScale,
  strip: Strip,
  spread: Spread,
  values: ValueScale,
  height: number,
): void {
  const columns = Math.max(1, Math.round(scale.width));
  const y = upwards(values, height);
  if (values.kind === "signed") zeroLine(context, scale, y(0));
  const { low, mean, high } = inColumns(strip.times, spread, scale, columns);
  const places = (column: Float32Array) =>
    column.map((value) => {
      const place = placeOf(values, value);
      return place === NOTHING ? 0 : place;
    });
  const times = Float64Array.from(mean, (_, c) => scale.time(((c + 0.5) / columns) * scale.width));
  const curve = { times, values: places(mean), band: { low: places(low), high: places(high) } };
  drawCurves(context, [{ ...curve, colour: token("--curve") }], scale, y);
  const nothing = mean.map((value) => (values.kind === "log" && value === 0 ? 0 : Number.NaN));
  drawCurves(context, [{ times, values: nothing, colour: token("--poor") }], scale, y);
}

function box(
  context: CanvasRenderingContext2D,
  scale: TimeScale,
  strip: Strip,
  values: ValueScale,
  height: number,
): void {
  const columns = Math.max(1, Math.round(scale.width / BOX_WIDTH));
  const y = upwards(values, height);
  zeroLine(context, scale, y(placeOf(values, 0)));
  drawBoxes(
    context,
    boxesOf(strip, scale, columns),
    { column: scale.width / columns, y: (value) => y(placeOf(values, value)), means: height >= MEANS_HEIGHT },
    { whisker: token("--curve-rest"), box: token("--curve-rest"), median: token("--text") },
  );
}

/** Pixels of a place on the scale. */
function upwards({ kind }: ValueScale, height: number): (place: number) => number {
  const room = height - 2 * INSET;
  return kind === "signed"
    ? (place) => INSET + (room * (1 - place)) / 2
    : (place) => INSET + room * (1 - place);
}

function zeroLine(context: CanvasRenderingContext2D, { width }: TimeScale, y: number): void {
  context.fillStyle = token("--line");
  context.fillRect(0, Math.round(y), width, 1);
}
