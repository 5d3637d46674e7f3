/** Play button, the time in words, speed, loop and following live. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { SPEEDS } from "../../state/store";
import { Icon } from "../../ui/icons";
import { useStore } from "../store_context";

/** The block left of the axis. */
export function Transport(): JSX.Element {
  const store = useStore();
  const { playing, speed, loop } = store.view;
  const several = store.derived.steps.value.length > 1;
  return (
    <div class="transport">
      <div class="transport-main">
        <button
          type="button"
          class="play"
          disabled={!several}
          aria-label={playing.value ? "Pause" : "Play"}
          title={playing.value ? "Pause (Space)" : "Play (Space)"}
          onClick={() => store.togglePlay()}
        >
          <Icon name={playing.value ? "pause" : "play"} size={20} />
        </button>
        <TimeLabel />
      </div>
      <div class="transport-row">
        <select
          class="bare-select numeric"
          aria-label="Playback speed"
          title="Playback speed"
          value={String(speed.value)}
          onChange={(event) => store.setSpeed(Number(event.currentTarget.value))}
        >
          {SPEEDS.map((value) => (
            <option key={value} value={String(value)}>
              {value}×
            </option>
          ))}
        </select>
        <button
          type="button"
          class="chip"
          aria-pressed={loop.value}
          title="Start again at the end"
          onClick={() => store.setLoop(!loop.value)}
        >
          loop
        </button>
        <LiveSwitch />
      </div>
    </div>
  );
}

/** "epoch 12.4" large and "interpolated" small beneath, written sixty times a second without rendering. */
function TimeLabel(): JSX.Element {
  const { epochLabel } = useStore().derived;
  const time = useComputed(() => epochLabel.value.replace(" (interpolated)", ""));
  const note = useComputed(() => (epochLabel.value.endsWith("(interpolated)") ? "interpolated" : ""));
  return (
    <div class="time-label">
      <span class="time-now numeric">{time}</span>
      <span class="time-note">{note}</span>
    </div>
  );
}

/** Sticks to the newest map while training runs; nothing to switch once the run is finished. */
function LiveSwitch(): JSX.Element | null {
  const store = useStore();
  const index = store.data.index.value;
  if (index === null || index.closed) return null;
  const follow = store.view.follow.value;
  return (
    <button
      type="button"
      class="chip live"
      aria-pressed={follow}
      title={follow ? "Following the newest epoch" : "Go to the newest epoch and follow it"}
      onClick={() => store.setFollow(!follow)}
    >
      <span class="live-dot" aria-hidden="true" />
      live
    </button>
  );
}
