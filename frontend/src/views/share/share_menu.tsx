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
import { toParquet } from "./parquet";
import { compose, download, fileName, PICTURE_SCALE, takePicture, titleOf } from "./picture";
import { ownColours } from "./picture_legend";
import { circleCount, MOST_CIRCLES, toSvg } from "./svg";
import { columnsOf, MOST_ROWS, type Table, toCsv, toJson } from "./table";
import { webmRecorder, webmType } from "./webm";

/** What is in the menu. */
export function ShareMenu(): JSX.Element {
  const store = useStore();
  const note = useSignal("");
  const transparent = useSignal(false);
  const everything = useSignal(false);
  const { data, derived, explore, view } = store;
  const mask = explore.selectedMask.value;
  const all = data.samples.value?.ids.length ?? 0;
  const picked = mask === null ? 0 : maskRows(mask).length;
  const taken = mask === null || everything.value ? all : picked;
  const loaded = data.buffered.value.size;
  const of = derived.steps.value.length;

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
  const table = (): Table | null => {
    const { samples } = { samples: data.samples.peek() };
    if (samples === null) return null;
    const frames = [...data.buffered.peek()].sort((p, q) => p - q).flatMap((i) => store.frameAt(i) ?? []);
    const rows = mask === null || everything.peek() ? [...samples.ids.keys()] : [...maskRows(mask)];
    if (rows.length * frames.length > MOST_ROWS) {
      note.value = `${count(rows.length * frames.length)} rows are too many for the page: select fewer, or use the command below.`;
      return null;
    }
    note.value = "";
    return { samples, classes: derived.classes.peek(), rows, frames };
  };
  const about = () => ({ run: view.run.peek(), layer: view.layer.peek(), method: view.method.peek() });
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
      <h2>
        {mask === null || everything.value
          ? `All ${plural(taken, "sample")}`
          : `The selection, ${plural(taken, "sample")}`}
      </h2>
      <div class="share-row">
        <button
          type="button"
          class="main-button"
          onClick={() => {
            const made = table();
            if (made !== null) download(fileName(store, "csv"), toCsv(made), "text/csv");
          }}
        >
          CSV
        </button>
        <button
          type="button"
          class="main-button"
          onClick={() => {
            const made = table();
            if (made !== null) download(fileName(store, "json"), toJson(made, about()), "application/json");
          }}
        >
          JSON
        </button>
        <button
          type="button"
          class="main-button"
          onClick={async () => {
            const made = table();
            if (made === null) return;
            const pieces = await toParquet(columnsOf(made));
            download(fileName(store, "parquet"), pieces as BlobPart[], "application/vnd.apache.parquet");
          }}
        >
          Parquet
        </button>
        {mask !== null && <Check on={everything} text="all samples" />}
      </div>
      <p class="faint">
        With their history over{" "}
        {loaded < of ? `the ${loaded} of ${of} epochs that are on this page` : plural(of, "epoch")}. Whole
        runs: <code>hidden export RUN --format csv</code>
      </p>
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
