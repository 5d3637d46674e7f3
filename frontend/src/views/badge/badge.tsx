/** The badge on the map: whether the picture may be believed, in one line, and everything behind it on a click. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Icon } from "../../ui/icons";
import { Popover } from "../../ui/popover";
import { useStore } from "../store_context";
import { BadgePanel } from "./badge_panel";
import { badgeText, type Grade } from "./measures";

const GRADE_WORDS: Readonly<Record<Grade, string>> = {
  good: "faithful map",
  fair: "read this map with care",
  poor: "do not trust this map",
  unknown: "this map cannot be judged by these numbers",
};

/** The badge; nothing while there is no map. */
export function Badge(): JSX.Element | null {
  const store = useStore();
  const button = useRef<HTMLButtonElement>(null);
  const frames = store.derived.frames.value;
  const frame = store.derived.nearestFrame.value;
  if (frames === null || frame < 0) return null;
  const text = badgeText(frames.faithfulness, frame);
  const open = store.view.badgeOpen.value;
  return (
    <div class="badge-place">
      <button
        type="button"
        ref={button}
        class="badge"
        aria-expanded={open}
        aria-haspopup="dialog"
        onClick={() => {
          store.view.badgeOpen.value = !open;
        }}
      >
        <span class="grade-dot" data-grade={text.grade} role="img" aria-label={GRADE_WORDS[text.grade]} />
        <span class="badge-words numeric">
          {text.doubts.length > 0 && (
            <span class="badge-doubts">
              <Icon name="warning" size={15} />
              {text.doubts.join(" · ")}
            </span>
          )}
          {text.neighbours !== null && (
            <span>
              map keeps <b>{text.neighbours.value}</b> of neighbours
              {text.neighbours.floor !== null && <span class="faint"> (chance {text.neighbours.floor})</span>}
            </span>
          )}
          {text.neighbours !== null && text.decides !== null && <span class="faint"> · </span>}
          {text.decides !== null && (
            <span>
              decides as the model on <b>{text.decides.value}</b>{" "}
              <span class="faint">
                held out{text.decides.floor !== null && ` (largest class ${text.decides.floor})`}
              </span>
            </span>
          )}
          {text.neighbours === null && text.decides === null && <span>faithfulness was not measured</span>}
        </span>
        <span class="badge-chevron" data-open={open}>
          <Icon name="chevron" size={16} />
        </span>
      </button>
      {open && (
        <Popover
          label="How faithful this map is"
          class="badge-panel"
          anchor={button}
          onClose={() => {
            store.view.badgeOpen.value = false;
          }}
        >
          <BadgePanel frames={frames} frame={frame} grade={text.grade} summary={GRADE_WORDS[text.grade]} />
        </Popover>
      )}
    </div>
  );
}
