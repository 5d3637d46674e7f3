/** Small marks under the time axis where something happens to the selected samples, stronger for the one in focus. */
import type { JSX } from "preact";
import { plural } from "../../ui/format";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";
import type { AxisScale } from "../timeline/axis_scale";

interface Tick {
  readonly frame: number;
  readonly count: number;
  /** Something happens to the sample in focus. */
  readonly own: boolean;
}

/** The marks; nothing while nothing happens. */
export function EventTicks({ scale }: { scale: AxisScale }): JSX.Element | null {
  const { inspect, derived } = useStore();
  const ticks = useDerived(() => {
    const focus = inspect.focus.value;
    const byFrame = new Map<number, Tick>();
    for (const { frame, row, kind } of inspect.events.value) {
      if (!inspect.kinds.value.has(kind)) continue;
      const before = byFrame.get(frame);
      const own = row === focus || before?.own === true;
      byFrame.set(frame, { frame, count: (before?.count ?? 0) + 1, own });
    }
    return [...byFrame.values()];
  }, [inspect]).value;
  if (ticks.length === 0) return null;
  const most = Math.max(...ticks.map(({ count }) => count));
  return (
    <div class="event-ticks" aria-hidden="true">
      {ticks.map(({ frame, count, own }) => (
        <span
          key={frame}
          class="event-tick"
          data-own={own}
          title={plural(count, "event")}
          style={{
            left: `${(scale.at(derived.steps.value[frame] ?? 0) * 100).toFixed(4)}%`,
            "--share": (count / most).toFixed(3),
          }}
        />
      ))}
    </div>
  );
}
