/** The tools that the pointer can be on the map, what is drawn beside the samples, and the outline while it is drawn. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { stageOptions, type Tool } from "../../gl/stage_options";
import { useStore } from "../store_context";

/** Outlines on a 24 x 24 grid, drawn as lines. */
const SHAPES = {
  pan: "M12 3v18M3 12h18M9.5 5.5 12 3l2.5 2.5M9.5 18.5 12 21l2.5-2.5M5.5 9.5 3 12l2.5 2.5M18.5 9.5 21 12l-2.5 2.5",
  lasso:
    "M7 17.5c-2.6-1.2-4-3.2-4-5.6C3 7.5 7 4.5 12 4.5s9 3 9 7.4-4 6.6-9 6.6c-1.5 0-3 .2-3.6 1.1-.6 1 .2 1.9 1.2 1.9",
  box: "M4 5h16v14H4z",
  trails: "M4 19c1-6 4-9 8-9s6-2 7-5M15 5.5 19.2 4.5 20.5 8.5",
  drift: "M3 18.5c4-1 5-6 9-7.5 2-.8 3.5-.6 5-1.2M19 8.5m-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0",
  pin: "M9 4h6l-1 6 3.5 3.5h-11L10 10zM12 13.5V20.5",
  density:
    "M12 12m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0M12 12m-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0M12 12m-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
} as const;

interface ToolButtonProps {
  readonly shape: keyof typeof SHAPES;
  readonly label: string;
  readonly pressed?: boolean;
  readonly dashed?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

/** One square button of the tool bar. */
function ToolButton(props: ToolButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class="tool"
      title={props.label}
      aria-label={props.label}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <svg
        viewBox="0 0 24 24"
        width="17"
        height="17"
        aria-hidden="true"
        class="tool-shape"
        data-dashed={props.dashed}
      >
        <path d={SHAPES[props.shape]} />
      </svg>
    </button>
  );
}

/** What dragging does, the key that chooses it, and its words. */
const TOOLS: readonly { readonly tool: Tool; readonly key: string; readonly label: string }[] = [
  { tool: "pan", key: "1", label: "Move the map (1); Shift draws a lasso, Shift and Alt a box" },
  { tool: "lasso", key: "2", label: "Select with a lasso (2); Shift adds, Alt takes away" },
  { tool: "box", key: "3", label: "Select with a box (3); Shift adds, Alt takes away" },
];

/** What the density button does next. */
const NEXT_DENSITY = { off: "classes", classes: "count", count: "off" } as const;
const DENSITY_WORDS = {
  off: "Draw how dense samples lie, in the colours of their classes",
  classes: "Draw how dense samples lie, whatever their class",
  count: "Draw each sample again",
} as const;

/** Fields that need the keys themselves. */
const TYPING = "input, select, textarea, [contenteditable]";

/** The tool bar, lower right on the map. */
export function Tools(): JSX.Element {
  const store = useStore();
  const options = stageOptions(store);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.target instanceof Element && event.target.closest(TYPING) !== null) return;
      const chosen = TOOLS.find(({ key }) => key === event.key);
      if (chosen !== undefined) options.tool.value = chosen.tool;
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [options]);
  const nothing = store.explore.selectedMask.value === null;
  const followed = options.pinned.value;
  return (
    <div class="tools" role="toolbar" aria-label="Tools of the map">
      {TOOLS.map(({ tool, label }) => (
        <ToolButton
          key={tool}
          shape={tool}
          label={label}
          dashed={tool !== "pan"}
          pressed={options.tool.value === tool}
          onClick={() => {
            options.tool.value = tool;
          }}
        />
      ))}
      <span class="tool-gap" />
      <ToolButton
        shape="density"
        label={DENSITY_WORDS[options.density.value]}
        pressed={options.density.value !== "off"}
        onClick={() => {
          options.density.value = NEXT_DENSITY[options.density.peek()];
        }}
      />
      <ToolButton
        shape="trails"
        label={
          options.trails.value ? "Hide where the selection has been" : "Show where the selection has been"
        }
        pressed={options.trails.value}
        disabled={nothing && !options.trails.value}
        onClick={() => {
          options.trails.value = !options.trails.peek();
        }}
      />
      <ToolButton
        shape="drift"
        label={
          options.drift.value ? "Hide the paths of the class centres" : "Show the paths of the class centres"
        }
        pressed={options.drift.value}
        disabled={store.derived.steps.value.length < 2 && !options.drift.value}
        onClick={() => {
          options.drift.value = !options.drift.peek();
        }}
      />
      <ToolButton
        shape="pin"
        label={followed ? "Let the view go" : "Keep the view on the selection while time moves"}
        pressed={followed}
        disabled={nothing && !followed}
        onClick={() => {
          options.pinned.value = !followed;
        }}
      />
      <ToolButton
        shape="fit"
        label="Fit the map into view (F)"
        disabled={store.view.camera.value === null}
        onClick={() => store.fitCamera()}
      />
    </div>
  );
}

/** The lasso or box while it is drawn. */
export function DrawnOutline(): JSX.Element | null {
  const corners = stageOptions(useStore()).drawn.value;
  if (corners === null) return null;
  return (
    <svg class="outline" aria-hidden="true">
      <polygon points={corners.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")} />
    </svg>
  );
}
