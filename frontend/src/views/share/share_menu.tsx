/** Why this file: everything that can be taken out of the view, in one menu: pictures, tables, a film, the link. */
import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { stageOptions } from "../../gl/stage_options";
import { maskRows } from "../../state/selection";
import { NEUTRAL, PAGE } from "../../theme/palettes";
import { CopyButton } from "../../ui/copy_button";
import { count, percent, plural } from "../../ui/format";
import { useStore } from "../store_context";
import { recordFilm } from "./film";
import { compose, download, fileName, PICTURE_SCALE, takePicture, titleOf } from "./picture";
import { ownColours } from "./picture_legend";
import { circleCount, MOST_CIRCLES, toSvg } from "./svg";
import { webmRecorder, webmType } from "./webm";

/** What is in the menu. */
export function ShareMenu(): JSX.Element {
  const store = useStore();
  const note = useSignal("");
  const transparent = useSignal(false);
  const { data, derived, explore, view } = store;

  const picture = async () => {
    note.value = "";
    const { canvas } = await takePicture(store, PICTURE_SCALE);
    const whole = compose(store, canvas, PICTURE_SCALE, transparent.peek());
    whole.toBlob((blob) => {
      if (blob === null) note.value = "This browser could not make the picture: make the window smaller.";
      else download(fileName(store, "png"), [blob], "image/png");
    });
  };
  const drawing = async () => {
    note.value = "";
    const { canvas, panels } = await takePicture(store, PICTURE_SCALE, true);
    const circles = circleCount(panels);
    if (circles > MOST_CIRCLES) {
      note.value = `A drawing of ${count(circles)} circles would open nowhere: take the PNG, or watch fewer samples.`;
      return;
    }
    const page = store.transient.dark.peek() ? "dark" : "light";
    const hidden = view.hiddenClasses.peek();
    const passing = explore.filterMask.peek();
    const text = toSvg({
      width: canvas.width / PICTURE_SCALE,
      height: canvas.height / PICTURE_SCALE,
      title: titleOf(store),
      classes: derived.classes.peek(),
      colours: derived.colours.peek(),
      neutral: NEUTRAL[page],
      ink: PAGE[page].ink,
      paper: transparent.peek() ? null : PAGE[page].paper,
      plane: canvas.toDataURL("image/png"),
      panels,
      own: ownColours(store),
      sizes: stageOptions(store).look.peek()?.sizes ?? null,
      halo: PAGE[page].paper,
      shown: (row, label) => !hidden.has(label) && (passing === null || passing[row] === 1),
    });
    download(fileName(store, "svg"), [text], "image/svg+xml");
  };
  return (
    <>
      <h2>Picture of the view</h2>
      <div class="share-row">
        <button type="button" class="main-button" onClick={picture}>
          PNG
        </button>
        <button type="button" class="main-button" onClick={drawing}>
          SVG
        </button>
        <Check on={transparent} text="transparent" />
      </div>
      {data.client.value?.answers("table") && <Tables note={note} />}
      <h2>Film of the epochs</h2>
      <Film note={note} />
      <h2>Link to this view</h2>
      <div class="share-row">
        <CopyButton text={address()} />
      </div>
      <p class="share-note" role="status">
        {note.value}
      </p>
    </>
  );
}

/** The address of the page around this one, which the link is kept in. */
function address(): string {
  try {
    return window.parent.location.href;
  } catch {
    // A page of another site is around this one.
    return window.location.href;
  }
}

function Check({ on, text }: { on: Signal<boolean>; text: string }): JSX.Element {
  return (
    <label class="share-check">
      <input
        type="checkbox"
        checked={on.value}
        onChange={(event) => {
          on.value = event.currentTarget.checked;
        }}
      />
      {text}
    </label>
  );
}

/** Formats of tables, by their names in the menu. */
const TABLES = { CSV: "csv", JSON: "json", Parquet: "parquet" } as const;

/** The samples with all that is known of them at every step, written as `hidden export` does. */
function Tables({ note }: { note: Signal<string> }): JSX.Element {
  const store = useStore();
  const everything = useSignal(false);
  const busy = useSignal(false);
  const controller = useRef(new AbortController());
  useEffect(() => () => controller.current.abort(), []);
  const { data, derived, explore, view } = store;
  const mask = explore.selectedMask.value;
  const rows = mask === null || everything.value ? null : [...maskRows(mask)];
  const save = async (format: string) => {
    note.value = "";
    busy.value = true;
    controller.current = new AbortController();
    const { signal } = controller.current;
    try {
      const query = { run: view.run.peek(), layer: view.layer.peek(), method: view.method.peek(), format };
      const file = await data.client.peek()?.table(query, rows, signal);
      if (file !== undefined) download(fileName(store, format), [file], "");
    } catch (error) {
      if (!signal.aborted) note.value = error instanceof Error ? error.message : String(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <>
      <h2>
        {rows === null
          ? `All ${plural(data.samples.value?.ids.length ?? 0, "sample")}`
          : `The selection, ${plural(rows.length, "sample")}`}
      </h2>
      <div class="share-row">
        {Object.entries(TABLES).map(([name, format]) => (
          <button
            type="button"
            key={name}
            class="main-button"
            disabled={busy.value}
            onClick={() => save(format)}
          >
            {name}
          </button>
        ))}
        {mask !== null && <Check on={everything} text="all" />}
      </div>
      <p class="faint">
        {busy.value
          ? "TensorBoard is writing the table…"
          : `With their history over ${plural(derived.steps.value.length, "epoch")}: what hidden export writes.`}
      </p>
    </>
  );
}

function Film({ note }: { note: Signal<string> }): JSX.Element {
  const store = useStore();
  const done = useSignal<number | null>(null);
  const controller = useRef(new AbortController());
  useEffect(() => () => controller.current.abort(), []);
  const type = webmType();
  if (store.derived.steps.value.length < 2) return <p class="faint">One epoch alone does not move.</p>;
  const record = async (ending: "webm" | "gif") => {
    note.value = "";
    controller.current = new AbortController();
    done.value = 0;
    try {
      const open =
        ending === "gif"
          ? (await import("./gif")).gifRecorder
          : (canvas: HTMLCanvasElement) => webmRecorder(canvas, type ?? "");
      const film = await recordFilm(
        store,
        open,
        (share) => {
          done.value = share;
        },
        controller.current.signal,
      );
      if (film !== null) download(fileName(store, ending), [film], film.type);
    } catch (error) {
      note.value = `The film could not be recorded. ${String(error)}`;
    } finally {
      done.value = null;
    }
  };
  return (
    <div class="share-row">
      {done.value === null ? (
        <>
          {type !== null && (
            <button type="button" class="main-button" onClick={() => record("webm")}>
              WebM
            </button>
          )}
          <button type="button" class="main-button" onClick={() => record("gif")}>
            GIF
          </button>
        </>
      ) : (
        <>
          <button type="button" class="main-button" onClick={() => controller.current.abort()}>
            Stop
          </button>
          <span class="muted numeric">recording, {percent(done.value)}</span>
        </>
      )}
    </div>
  );
}
