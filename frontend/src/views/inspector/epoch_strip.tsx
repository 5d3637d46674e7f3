/** What the sample in focus was taken for at every epoch, and how surely; a click goes to that epoch. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { percent } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { useWidth } from "../../ui/use_width";
import { useStore } from "../store_context";
import { className } from "./sample_facts";
import { cellOf, stripShapes } from "./strip_shapes";
import { ClassMark } from "./thumb";

/** Pixels. */
const HEIGHT = 34;
const LINE = 3;

/** The strip, and the words for what is under the pointer. */
export function EpochStrip({ row }: { row: number }): JSX.Element | null {
  const store = useStore();
  const { derived, explore, data } = store;
  const area = useRef<HTMLDivElement>(null);
  const width = useWidth(area);
  const pointed = useSignal<number | null>(null);
  const label = data.samples.value?.labels[row] ?? -1;
  const cells = useDerived(() => {
    void [explore.snapshots.arrivals.value, data.buffered.value];
    return derived.steps.value.map((_, frame) => cellOf(explore.columns.momentAt(frame), row));
  }, [store, row]).value;
  const steps = derived.steps.value;
  const colours = derived.colours.value;
  if (cells.every((cell) => cell === null)) {
    return <p class="absent">Nothing is known of what the model took it for.</p>;
  }
  const { byClass, right, gaps } = stripShapes(cells, label, { width, height: HEIGHT, line: LINE });
  const now = derived.nearestFrame.value;
  const at = pointed.value ?? now;
  const cell = cells[at];
  const frameUnder = (event: MouseEvent): number => {
    const box = area.current?.getBoundingClientRect();
    const share = box === undefined || box.width === 0 ? 0 : (event.clientX - box.left) / box.width;
    return Math.min(steps.length - 1, Math.max(0, Math.floor(share * steps.length)));
  };
  const each = width / Math.max(1, steps.length);
  const rightOnes = cells.filter((one) => one?.prediction === label).length;
  const known = cells.filter((one) => one !== null).length;
  return (
    <section class="part">
      <header class="strip-words numeric">
        <h3 class="section-title">Taken for, over {derived.unit.value}s</h3>
        {at === now ? (
          label >= 0 && (
            <span class="faint">
              right at {rightOnes} of {known}
            </span>
          )
        ) : (
          <span>
            <span class="faint">
              {derived.unit.value} {(steps[at] ?? 0).toLocaleString("en-US")}
            </span>{" "}
            {cell == null ? (
              <span class="faint">not loaded</span>
            ) : (
              <>
                <ClassMark index={cell.prediction} ring={label >= 0 && cell.prediction !== label} />{" "}
                {className(store, cell.prediction)} <span class="muted">{percent(cell.confidence)}</span>
              </>
            )}
          </span>
        )}
      </header>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the arrow keys go through the epochs everywhere. */}
      <div
        class="epoch-strip"
        ref={area}
        role="img"
        aria-label={`What it was taken for: right at ${rightOnes} of ${known} known ${derived.unit.value}s`}
        onClick={(event) => store.seek(steps[frameUnder(event)] ?? 0)}
        onMouseMove={(event) => {
          pointed.value = frameUnder(event);
        }}
        onMouseLeave={() => {
          pointed.value = null;
        }}
      >
        <svg width={width} height={HEIGHT + LINE + 4} aria-hidden="true">
          <path class="strip-gap" d={gaps} />
          {[...byClass].map(([index, path]) => (
            <path key={index} d={path} fill={colours[index] ?? "currentColor"} />
          ))}
          {label >= 0 && <path d={right} fill={colours[label] ?? "currentColor"} />}
          <rect
            class="strip-now"
            x={now * each - 0.5}
            y={0.5}
            width={Math.max(3, each)}
            height={HEIGHT + LINE + 3}
            rx={1.5}
          />
        </svg>
      </div>
    </section>
  );
}
