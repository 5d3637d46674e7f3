/** Selections under a name: kept in this browser for the samples that they are of. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import {
  browserKeep,
  keepKey,
  readSaved,
  restore,
  type Saved,
  withSaved,
} from "../../state/saved_selections";
import { IconButton } from "../../ui/button";
import { count } from "../../ui/format";
import { Popover } from "../../ui/popover";
import { useStore } from "../store_context";

/** The button and its list; nothing while nothing is selected and nothing was ever saved. */
export function SavedSelections(): JSX.Element | null {
  const { explore, data } = useStore();
  const open = useSignal(false);
  const changes = useSignal(0);
  const button = useRef<HTMLButtonElement>(null);
  const keep = useMemo(browserKeep, []);
  const key = keepKey(data.runs.value?.logdir ?? "", data.index.value?.probe?.version ?? "");
  // Other tabs write the same list: it is read whenever it may be seen anew.
  const list = useMemo(() => readSaved(keep, key), [keep, key, open.value, changes.value]);
  const selected = explore.selection.value?.count ?? 0;
  if (selected === 0 && list.length === 0) return null;
  const write = (next: readonly Saved[]) => {
    keep.set(key, JSON.stringify(next));
    changes.value += 1;
  };
  return (
    <div class="saved-place">
      <button
        type="button"
        ref={button}
        class="text-button"
        aria-expanded={open.value}
        aria-haspopup="dialog"
        onClick={() => {
          open.value = !open.value;
        }}
      >
        {selected > 0 ? "save as…" : "saved…"}
      </button>
      {open.value && (
        <Popover
          label="Saved selections"
          class="saved-panel"
          anchor={button}
          onClose={() => {
            open.value = false;
          }}
        >
          {selected > 0 && <SaveForm list={list} write={write} />}
          <SavedList
            list={list}
            write={write}
            done={() => {
              open.value = false;
            }}
          />
        </Popover>
      )}
    </div>
  );
}

interface ListProps {
  readonly list: readonly Saved[];
  readonly write: (next: readonly Saved[]) => void;
}

function SaveForm({ list, write }: ListProps): JSX.Element {
  const { explore } = useStore();
  const name = useSignal(explore.selection.peek()?.origin?.text ?? "");
  return (
    <form
      class="save-form"
      onSubmit={(event) => {
        event.preventDefault();
        const selection = explore.selection.peek();
        const chosen = name.peek().trim();
        if (selection === null || chosen === "") return;
        write(withSaved(list, chosen, selection));
        name.value = "";
      }}
    >
      <input
        class="field"
        aria-label="Name of the selection"
        placeholder="Name"
        value={name.value}
        onInput={(event) => {
          name.value = event.currentTarget.value;
        }}
      />
      <button type="submit" class="main-button">
        Save
      </button>
    </form>
  );
}

function SavedList({ list, write, done }: ListProps & { done: () => void }): JSX.Element {
  const { explore, data } = useStore();
  if (list.length === 0) return <p class="faint small">Nothing was saved yet.</p>;
  const choose = (saved: Saved) => {
    const samples = data.samples.peek();
    const selection = samples === null ? null : restore(saved, samples);
    if (selection === null) {
      explore.notice.value = `"${saved.name}" is of other samples than this run's, so the selection stays as it is.`;
    } else explore.setSelection(selection);
    done();
  };
  return (
    <ul class="saved-list" aria-label="Saved selections">
      {list.map((saved) => (
        <li key={saved.name}>
          <button type="button" class="saved" onClick={() => choose(saved)}>
            <span class="saved-name">{saved.name}</span>
            <span class="faint numeric">{count(saved.count)}</span>
          </button>
          <IconButton
            icon="close"
            size={13}
            label={`Forget ${saved.name}`}
            onClick={() => write(list.filter((other) => other !== saved))}
          />
        </li>
      ))}
    </ul>
  );
}
