/** The line of controls above the pictures: which samples, which other run, what time it is, the zoom and the pins. */
import type { ComponentChildren, JSX } from "preact";
import { IconButton } from "../../ui/button";
import { useDerived } from "../../ui/use_derived";
import { useStore } from "../store_context";
import { useTraining } from "./plot_area";

/** What one press of a button zooms by. */
const STEP = 2;
/** A pin is taken away by a press this near to it, as a share of what is shown. */
const REACH = 0.004;

interface BarProps {
  /** Controls of the tab's own. */
  readonly children?: ComponentChildren;
  /** Whether the tab can show another run beside this one. */
  readonly compares?: boolean;
}

export function Bar({ children, compares }: BarProps): JSX.Element {
  const store = useStore();
  const state = useTraining();
  const { zoomed, window, pins } = state;
  const sets = state.log.value?.index.answers ?? [];
  const stretches = state.log.value?.index.parameters?.stretches ?? [];
  const runs = (store.data.runs.value?.runs ?? []).filter(({ name }) => name !== store.view.run.value);
  const clock = useDerived(() => {
    const { hover } = state;
    const time = hover.value ?? state.now.value;
    return `${store.derived.unit.value} ${time.toFixed(2).replace(/\.?0+$/, "")}`;
  }, [store, state]);
  const middle = () => (window.peek().from + window.peek().to) / 2;
  const around = () => {
    const { from, to } = window.peek();
    const now = state.now.peek();
    return now >= from && now <= to ? now : middle();
  };
  return (
    <div class="training-bar" role="toolbar" aria-label="What the pictures show">
      {sets.length > 1 && (
        <label>
          samples
          <select
            class="field"
            value={state.set.value?.name}
            onChange={(event) => {
              state.setWish.value = event.currentTarget.value;
            }}
          >
            {sets.map(({ name, count }) => (
              <option key={name} value={name}>
                {name}, {count.toLocaleString("en-US")}
              </option>
            ))}
          </select>
        </label>
      )}
      {stretches.length > 1 && (
        <label title="The model's parameters changed in between: layers of one part are not those of another.">
          part
          <select
            class="field"
            value={state.stretchNumber.value}
            onChange={(event) => {
              state.stretchWish.value = Number(event.currentTarget.value);
            }}
          >
            {stretches.map(({ first_step, last_step }, i) => (
              <option key={first_step} value={i}>
                training steps {first_step}–{last_step}
              </option>
            ))}
          </select>
        </label>
      )}
      {children}
      {compares && runs.length > 0 && (
        <label>
          beside
          <select
            class="field"
            aria-label="Another run"
            value={state.otherRun.value}
            onChange={(event) => {
              state.otherRun.value = event.currentTarget.value;
            }}
          >
            <option value="">no other run</option>
            {runs.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <output class="training-clock numeric">{clock}</output>
      <span>
        <button
          type="button"
          class="pill"
          title="Keep a line here through all pictures, or take it away"
          onClick={() => state.togglePin(state.now.peek(), REACH * (window.peek().to - window.peek().from))}
        >
          pin this time
        </button>{" "}
        {pins.value.length > 0 && (
          <button
            type="button"
            class="text-button"
            onClick={() => {
              pins.value = [];
            }}
          >
            clear {pins.value.length === 1 ? "the pin" : `${pins.value.length} pins`}
          </button>
        )}
      </span>
      <span>
        <IconButton
          icon="minus"
          label="Zoom out (Ctrl and the wheel)"
          onClick={() => state.zoom(STEP, around())}
        />
        <IconButton
          icon="plus"
          label="Zoom in (Ctrl and the wheel)"
          onClick={() => state.zoom(1 / STEP, around())}
        />
        {zoomed.value !== null && (
          <IconButton
            icon="fit"
            label="Show all of the run"
            onClick={() => {
              zoomed.value = null;
            }}
          />
        )}
      </span>
    </div>
  );
}
