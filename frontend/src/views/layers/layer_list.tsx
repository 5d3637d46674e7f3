/** The network's modules and layers below each other, as far as they are open; only rows that can be seen are made. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { matrixSize } from "../../charts/filter_matrix";
import type { Stretch, TrainingFinding } from "../../data/training_types";
import { shownIn, type Tree, type TreeNode } from "../../state/layer_tree";
import { layers } from "../../state/layers";
import { interpolate } from "../../state/row_span";
import { useWindowRows } from "../../ui/use_window_rows";
import { useStore } from "../store_context";
import { useTimeScale, useTraining } from "../training/plot_area";
import { isGrave } from "./findings";
import { Key } from "./key";
import { LayerRow } from "./layer_row";
import type { Mark } from "./marks";
import { type Pictures, usePictures } from "./use_pictures";
import { type Side, spanFor, useClock } from "./use_strips";
import { measureName } from "./words";

/** Fewer rows than these are all made. */
const FEW = 60;
/** CSS pixels beyond either end of what is seen. */
const BEYOND = 300;
/** Rows of one request. */
const BLOCK = 48;
/** Least height of a row with a picture of filters: its name, a field, and words. */
const FILTERS_HEIGHT = 74;

interface LayerListProps {
  readonly side: Side;
  readonly stretch: Stretch;
  readonly tree: Tree;
  readonly findings: readonly TrainingFinding[];
}

export function LayerList({ side, stretch, tree, findings }: LayerListProps): JSX.Element {
  const store = useStore();
  const state = useTraining();
  const chosen = layers(store);
  const scale = useTimeScale();
  const body = useRef<HTMLDivElement>(null);
  const rows = chosen.rows();
  const opened = chosen.opened.value;
  const strip = chosen.height.value;
  const two = state.otherRun.value !== "" && !chosen.difference.value;
  const tops = offsets(rows, (node) => rowHeight(node, strip, two, chosen.flipped.value));
  const total = tops.at(-1) as number;
  const { first, end } = useVisible(body, tops, rows.length > FEW);

  // Whole blocks, so that a little scrolling asks for nothing.
  const blocks: TreeNode[][] = [];
  for (let at = Math.floor(first / BLOCK) * BLOCK; at < end; at += BLOCK)
    blocks.push(rows.slice(at, at + BLOCK));
  const zoomed = state.zoomed.value;
  const clock = useClock(side);
  const span = spanFor(clock, zoomed, null);
  const measure = chosen.measure.value;
  const pictures: Pictures = usePictures({ side, blocks, measure, span, clock, scale });

  const marks = useMemo(() => marksOf(findings, tree, opened, clock), [findings, tree, opened, clock]);
  useScrollTo(body, rows, tops);
  const parameters = side.log.index.parameters;
  const name = measureName(measure, chosen.statistic.value, parameters?.bands[measure.index]);
  const wanted = chosen.wanted.value?.key;
  return (
    <>
      <Key name={name} pictures={pictures} bands={parameters?.bands ?? []} />
      {pictures.problem !== "" && <p class="plot-problem">{pictures.problem}</p>}
      <div ref={body} class="layers-list" style={{ height: `${total}px` }}>
        <div style={{ transform: `translateY(${tops[first] ?? 0}px)` }}>
          {rows.slice(first, end).map((node, i) => (
            <LayerRow
              key={node.key}
              node={node}
              side={side}
              stretch={stretch}
              open={opened.has(node.key)}
              height={(tops[first + i + 1] as number) - (tops[first + i] as number)}
              stripHeight={strip}
              pictures={pictures.of(node)}
              measure={pictures.measure}
              name={name}
              marks={marks.get(node.key) ?? NO_MARKS}
              span={span}
              wanted={wanted === node.key}
            />
          ))}
        </div>
      </div>
    </>
  );
}

const NO_MARKS: readonly Mark[] = [];

function rowHeight(node: TreeNode, strip: number, two: boolean, flipped: ReadonlySet<string>): number {
  const { layer } = node;
  if (layer !== null && layer.filters > 0 && flipped.has(layer.name)) {
    return Math.max(FILTERS_HEIGHT, matrixSize(layer.filters).height) + 3;
  }
  return (two ? 2 * strip + 1 : strip) + 3;
}

/** Where each row starts, and the last ends. */
function offsets(rows: readonly TreeNode[], height: (node: TreeNode) => number): readonly number[] {
  const tops = [0];
  for (const node of rows) tops.push((tops.at(-1) as number) + height(node));
  return tops;
}

/** What the rows say stands out: of a closed module, all that is in it. */
function marksOf(
  findings: readonly TrainingFinding[],
  tree: Tree,
  opened: ReadonlySet<string>,
  clock: { readonly edges: Int32Array; readonly times: Float64Array } | null,
): ReadonlyMap<string, readonly Mark[]> {
  const marks = new Map<string, Mark[]>();
  for (const finding of findings) {
    const node = tree.byPlace.get(finding.place);
    if (node === undefined) continue;
    const { key } = shownIn(node, opened);
    const list = marks.get(key) ?? [];
    marks.set(key, list);
    const { time: from, last_row } = finding;
    const to = clock === null ? from : interpolate(clock.edges, clock.times, last_row);
    list.push({ from, to, grave: isGrave(finding) });
  }
  return marks;
}

/** Which rows [first, end) can be seen, or are near. */
function useVisible(body: { current: HTMLDivElement | null }, tops: readonly number[], many: boolean) {
  const scroller = useRef<HTMLElement>(null);
  const [above, setAbove] = useState(0);
  useLayoutEffect(() => {
    scroller.current = body.current?.closest<HTMLElement>(".plot-scroll") ?? null;
  }, [body]);
  const total = tops.at(-1) as number;
  // Rows of one pixel: those of the list are not all of one height.
  const pixels = useWindowRows(scroller, Math.ceil(above + total), 1);
  useLayoutEffect(() => {
    const [list, around] = [body.current, scroller.current];
    if (list === null || around === null) return;
    setAbove(list.getBoundingClientRect().top - around.getBoundingClientRect().top + around.scrollTop);
  });
  const count = tops.length - 1;
  if (!many) return { first: 0, end: count };
  const first = tops.findIndex((_, i) => (tops[i + 1] ?? total) >= pixels.first - above - BEYOND);
  const after = tops.findIndex((top) => top > pixels.end - above + BEYOND);
  return { first: Math.min(Math.max(0, first), count), end: after < 0 ? count : Math.min(after, count) };
}

/** Brings a row that somebody asked for into sight. */
function useScrollTo(
  body: { current: HTMLDivElement | null },
  rows: readonly TreeNode[],
  tops: readonly number[],
): void {
  const wanted = layers(useStore()).wanted.value;
  useEffect(() => {
    const index = rows.findIndex(({ key }) => key === wanted?.key);
    const list = body.current;
    const scroller = list?.closest(".plot-scroll");
    if (index < 0 || !list || !scroller) return;
    const [top, bottom] = [tops[index] as number, tops[index + 1] as number];
    const above = list.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    if (above + top < 0 || above + bottom > scroller.clientHeight) {
      scroller.scrollTop += above + (top + bottom) / 2 - scroller.clientHeight / 2;
    }
  }, [wanted]);
}
