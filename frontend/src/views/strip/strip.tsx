/** The strip above the view: which it is, what it shows, how strong the map's background is, and help. */
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { IconButton } from "../../ui/button";
import { PopoverButton } from "../../ui/popover_button";
import { ShortListButton } from "../alerts/short_list_button";
import { CompareButtons } from "../compare/compare_buttons";
import { KEY_HELP } from "../keys";
import { Share } from "../share/share";
import { MapTitle } from "../space/space";
import { useStore } from "../store_context";
import { Tabs } from "./tabs";

interface Props {
  readonly helpOpen: Signal<boolean>;
  readonly shareOpen: Signal<boolean>;
  readonly railOpen: Signal<boolean>;
}

/** The strip. */
export function Strip({ helpOpen, shareOpen, railOpen }: Props): JSX.Element {
  const store = useStore();
  const mapped = store.view.tab.value === "space";
  return (
    <header class="strip">
      <IconButton
        icon="menu"
        label="Runs, layers and classes"
        class="rail-toggle"
        pressed={railOpen.value}
        onClick={() => {
          railOpen.value = !railOpen.value;
        }}
      />
      <Tabs />
      {mapped && <MapTitle />}
      <div class="strip-tools">
        {store.view.tab.value !== "health" && <ShortListButton />}
        {mapped && store.derived.landscapeKindNow.value !== null && <LandscapeOpacity />}
        {mapped && store.derived.steps.value.length > 0 && <CompareButtons />}
        {mapped && store.derived.steps.value.length > 0 && <Share open={shareOpen} />}
        <Help open={helpOpen} />
      </div>
    </header>
  );
}

/** How strongly the decision landscape is drawn behind the points. */
function LandscapeOpacity(): JSX.Element {
  const { landscapeOpacity } = useStore().view;
  return (
    <label class="opacity" title="How strongly the model's decisions are drawn behind the samples">
      <span class="muted">landscape</span>
      <input
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={landscapeOpacity.value}
        style={{ "--filled": `${landscapeOpacity.value * 100}%` }}
        aria-valuetext={`${Math.round(landscapeOpacity.value * 100)} per cent`}
        onInput={(event) => {
          landscapeOpacity.value = Number(event.currentTarget.value);
        }}
      />
    </label>
  );
}

function Help({ open }: { open: Signal<boolean> }): JSX.Element {
  return (
    <PopoverButton
      open={open}
      label="Help"
      title="Help (?)"
      text="?"
      name="Help"
      buttonClass="icon-button help-button"
      panelClass="help-panel"
    >
      <h2>Reading the map</h2>
      <p>
        Each dot is one sample, placed by a hidden layer: samples that the layer treats alike lie together.
        The background is what the model would decide there. Press play to see how training moves them. Hollow
        dots, with <kbd>L</kbd>, are drawn among strangers: the map lies about them.
      </p>
      <h2>Keys</h2>
      <dl class="keys">
        {KEY_HELP.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p class="faint">Drag moves the map, the wheel zooms, a double click fits it.</p>
    </PopoverButton>
  );
}
