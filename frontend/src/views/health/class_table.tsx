/** Why this file: how each class stands in the layer that is looked at in detail, the worst first. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { timeScale } from "../../charts/time_scale";
import { axisDomain, finiteRange, nearestIndex, seriesPath } from "../../charts/value_axis";
import { type ClassHealth, classBlockOf, classMeasureOf } from "../../data/health_types";
import { type ClassOrder, healthView } from "../../state/health_view";
import { percent, plain } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { Dot } from "../classes/dot";
import { useStore } from "../store_context";
import { type ClassRow, classRows, ordered, rowsOfClasses } from "./class_rows";

/** Classes that are listed until somebody asks for all. */
const FEW = 12;
const SPARK = { width: 64, height: 18 } as const;

const COLUMNS: readonly { readonly order: ClassOrder; readonly title: string; readonly says: string }[] = [
  { order: "name", title: "class", says: "In the order of the classes" },
  {
    order: "separation",
    title: "separation",
    says: "Logarithm of the squared distance to the nearest other class's centre over the scatter of the two; low is bad",
  },
  {
    order: "agreement",
    title: "neighbours",
    says: "Share of the 10 nearest neighbours of its samples that are of the same class; low is bad",
  },
  { order: "accuracy", title: "accuracy", says: "Share of its samples that are predicted as labelled" },
];

export function ClassTable(): JSX.Element | null {
  const store = useStore();
  const view = healthView(store);
  const layer = view.classSeries.value;
  const outcomes = view.classOutcomes.value;
  const names = store.derived.classes.value;
  // The table is another one at another snapshot, not at every moment in between.
  const time = useDerived(() => {
    const now = view.clock.now.value;
    return layer?.steps[nearestIndex(layer.steps, now)] ?? now;
  }, [layer, view]).value;
  const all = useMemo(
    () => (layer === null ? [] : classRows(layer, outcomes, names, time)),
    [layer, outcomes, names, time],
  );
  const domain = useMemo(() => {
    const block = layer === null ? null : classBlockOf(layer, "separation");
    return axisDomain(finiteRange(block === null ? [] : [block]), 0.5);
  }, [layer]);
  if (layer === null || layer.classes === 0) return null;
  const rows = ordered(all, view.order.value);
  if (rows.length === 0) return null;
  const shown = view.allClasses.value ? rows : rows.slice(0, FEW);
  return (
    <section class="health-classes">
      <h3>
        Classes in {view.detail.value} <span class="health-what">now, the worst first</span>
      </h3>
      <table>
        <thead>
          <tr>
            {COLUMNS.map(({ order, title, says }) => (
              <th
                key={order}
                scope="col"
                colSpan={order === "separation" ? 2 : 1}
                aria-sort={view.order.value === order ? "ascending" : "none"}
              >
                <button
                  type="button"
                  class="health-sort"
                  title={`${says}. Click to order by it.`}
                  onClick={() => {
                    view.order.value = order;
                  }}
                >
                  {title}
                  {view.order.value === order && " ↑"}
                </button>
              </th>
            ))}
            <th scope="col" title="The class whose centre is nearest">
              nearest
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <Row key={row.index} row={row} layer={layer} domain={domain} />
          ))}
        </tbody>
      </table>
      {rows.length > FEW && (
        <button
          type="button"
          class="text-button"
          onClick={() => {
            view.allClasses.value = !view.allClasses.peek();
          }}
        >
          {view.allClasses.value ? `only the first ${FEW}` : `all ${rows.length} classes`}
        </button>
      )}
    </section>
  );
}

interface RowProps {
  readonly row: ClassRow;
  readonly layer: ClassHealth;
  readonly domain: readonly [number, number];
}

function Row({ row, layer, domain }: RowProps): JSX.Element {
  const store = useStore();
  const names = store.derived.classes.value;
  const select = (classes: readonly number[]) =>
    store.explore.selectRows(rowsOfClasses(store.data.samples.peek()?.labels, classes), "replace");
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          class="health-class"
          title={`Select the samples of '${row.name}'`}
          onClick={() => select([row.index])}
        >
          <Dot index={row.index} small /> {row.name}
        </button>
      </th>
      <td class="numeric">{plain(row.separation).replace("-", "−")}</td>
      <td>
        <Spark index={row.index} layer={layer} domain={domain} />
      </td>
      <td class="numeric">{percent(row.agreement)}</td>
      <td class="numeric">{percent(row.accuracy)}</td>
      <td>
        {row.nearest >= 0 && (
          <button
            type="button"
            class="health-class"
            title={`Select the samples of '${row.name}' and '${names[row.nearest] ?? row.nearest}'`}
            onClick={() => select([row.index, row.nearest])}
          >
            <Dot index={row.nearest} small /> {names[row.nearest] ?? row.nearest}
          </button>
        )}
      </td>
    </tr>
  );
}

/** The separation of a class over all snapshots. */
function Spark({ index, layer, domain }: { index: number } & Omit<RowProps, "row">): JSX.Element | null {
  const path = useMemo(() => {
    const values = classMeasureOf(layer, "separation", index);
    const { steps } = layer;
    const [low, high] = domain;
    const scale = timeScale(steps[0] ?? 0, steps.at(-1) ?? 1, SPARK.width);
    const y = (value: number) => SPARK.height * (1 - (value - low) / (high - low));
    return values === null ? null : seriesPath(steps, values, scale, y);
  }, [index, layer, domain]);
  if (path === null) return null;
  return (
    <svg class="health-spark" width={SPARK.width} height={SPARK.height} aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
