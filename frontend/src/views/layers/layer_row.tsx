/** One layer or module: its name, what it is now, and its strip, or that of two runs. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Strip, ValueScale } from "../../charts/strip";
import { bucketAt } from "../../charts/time_scale";
import type { Stretch } from "../../data/training_types";
import type { TreeNode } from "../../state/layer_tree";
import { layers, type Measure } from "../../state/layers";
import type { RowSpan } from "../../state/row_span";
import { Icon } from "../../ui/icons";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";
import { useTraining } from "../training/plot_area";
import { Row } from "../training/row";
import { FilterRows, FilterWords } from "./filter_rows";
import type { Mark } from "./marks";
import { StripPlot } from "./strip_plot";
import type { Side } from "./use_strips";
import { describe, kinds, TROUBLE, valueText, whyNone } from "./words";

/** CSS pixels that a level of the tree is indented by; deep trees keep room for the name. */
const INDENT = 8;
const MOST_INDENT = 56;

/** One of the strips of a row. */
export interface Picture {
  readonly strip: Strip | null;
  readonly values: ValueScale;
  /** The run, where there are two; "". */
  readonly run: string;
  /** Said in its place; "". */
  readonly missing: string;
}

interface LayerRowProps {
  readonly node: TreeNode;
  readonly side: Side;
  readonly stretch: Stretch;
  readonly open: boolean;
  /** Pixels of the whole row, and of one strip. */
  readonly height: number;
  readonly stripHeight: number;
  readonly pictures: readonly Picture[];
  readonly measure: Measure;
  readonly name: string;
  readonly marks: readonly Mark[];
  readonly span: RowSpan | null;
  readonly wanted: boolean;
}

export function LayerRow(props: LayerRowProps): JSX.Element {
  const { node, side, height, pictures, measure, marks, wanted } = props;
  const store = useStore();
  const state = useTraining();
  const chosen = layers(store);
  const pointedFilter = useSignal(-1);
  const { layer } = node;
  const flipped = layer !== null && layer.filters > 0 && chosen.flipped.value.has(layer.name);
  const stretchLayers = props.stretch.layers.length;
  const pointed = useDerived(() => {
    const { value } = state.hoverLayer;
    return String(value >= 0 && value < stretchLayers && value === node.place);
  }, [state, node, stretchLayers]);
  return (
    <div
      class="layers-row"
      data-pointed={pointed}
      data-wanted={wanted}
      style={{ height: `${height}px` }}
      onPointerEnter={() => {
        state.hoverLayer.value = layer === null ? -1 : node.place;
      }}
      onPointerLeave={() => {
        state.hoverLayer.value = -1;
      }}
    >
      <Row
        trouble={TROUBLE[measure.what]}
        name={
          <div class="layers-cell">
            <Name {...props} flipped={flipped} />
            {flipped && (
              <FilterWords
                side={side}
                place={node.place}
                layer={layer}
                span={props.span}
                pointed={pointedFilter}
              />
            )}
          </div>
        }
      >
        {flipped ? (
          <FilterRows
            side={side}
            place={node.place}
            layer={layer}
            span={props.span}
            marks={marks}
            pointed={pointedFilter}
          />
        ) : (
          <div class="layers-strips">
            {pictures.map((picture) => (
              <OneStrip key={picture.run} {...props} picture={picture} />
            ))}
          </div>
        )}
      </Row>
    </div>
  );
}

function OneStrip({ picture, ...props }: LayerRowProps & { picture: Picture }): JSX.Element {
  const { node, measure, stripHeight, name, marks } = props;
  const bands = layers(useStore()).bands.value;
  const { strip, values, run, missing } = picture;
  if (missing !== "") {
    return (
      <p class="layers-none" style={{ height: `${stripHeight}px` }}>
        {missing}
      </p>
    );
  }
  const layer = node.key === "" ? "the whole network" : node.key;
  const last = strip === null ? Number.NaN : lastOf(strip, measure.index);
  const label = `${name} of ${layer}${run === "" ? "" : ` in ${run}`}: ${valueText(measure.kind, last)} at the end`;
  return (
    <StripPlot
      strip={strip ?? NO_STRIP}
      measure={measure}
      values={values}
      bands={bands}
      height={stripHeight}
      label={label}
      marks={marks}
    />
  );
}

const NO_STRIP: Strip = {
  times: new Float64Array(1),
  steps: new Int32Array(1),
  edges: new Int32Array(1),
  statistics: [],
};

function lastOf({ statistics }: Strip, index: number): number {
  return statistics[index]?.mean.findLast((value) => !Number.isNaN(value)) ?? Number.NaN;
}

function Name({
  node,
  stretch,
  open,
  pictures,
  measure,
  marks,
  flipped,
}: LayerRowProps & { flipped: boolean }) {
  const store = useStore();
  const state = useTraining();
  const chosen = layers(store);
  const { layer, label, key, children } = node;
  const strip = pictures[0]?.strip ?? null;
  const now = useDerived(() => {
    if (strip === null) return "";
    const bucket = bucketAt(strip.times, state.hover.value ?? state.now.value);
    const value = strip.statistics[measure.index]?.mean[bucket] ?? Number.NaN;
    return Number.isNaN(value) ? "" : valueText(measure.kind, value);
  }, [store, state, strip, measure]);
  const indent = Math.min(MOST_INDENT, INDENT * node.depth);
  const title = `${describe(node, stretch)}\n${TROUBLE[measure.what]}`;
  return (
    <div class="layers-name" style={{ paddingLeft: `${indent}px` }}>
      {children.length > 0 ? (
        <button
          type="button"
          class="layers-caret"
          aria-expanded={open}
          aria-label={`${key === "" ? label : key}: ${open ? "close" : "open"}`}
          onClick={() => chosen.toggle(key)}
        >
          <Icon name="chevron" size={16} />
        </button>
      ) : (
        <span class="layers-caret" />
      )}
      <span class="layers-label" data-kind={layer === null ? "module" : "layer"} title={title}>
        {label}
      </span>
      {layer !== null && kinds(layer).map((kind) => <KindTag key={kind} kind={kind} />)}
      {layer === null && marks.length > 0 && (
        <span
          class="layers-count"
          data-grave={marks.some(({ grave }) => grave)}
          title={`${marks.length} ${marks.length === 1 ? "thing stands" : "things stand"} out here; the list above says what.`}
        >
          ▼{marks.length}
        </span>
      )}
      {!flipped && whyNone(measure, node) === "" && <span class="layers-now numeric">{now}</span>}
      {layer !== null && layer.filters > 0 && (
        <button
          type="button"
          class="layers-flip"
          aria-pressed={flipped}
          title={flipped ? "Show the strip again" : `Show the ${layer.filters} filters one by one`}
          aria-label={`Filters of ${layer.name}`}
          onClick={() => chosen.toggleFilters(layer.name)}
        >
          <i />
        </button>
      )}
    </div>
  );
}

function KindTag({ kind }: { kind: string }): JSX.Element {
  return <span class="layers-kind">{kind}</span>;
}
