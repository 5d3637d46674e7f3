/** Why this file: what the pointer does to samples: says which one it is over, selects it, or selects what it encloses. */
import type { Store } from "../state/store";
import type { PointerPlace, SelectionChange } from "./gestures";
import type { Corner } from "./lasso";
import type { Drawn, PanelView } from "./panel_view";

/** Longer than any desktop's double click takes. */
const DOUBLE_CLICK_MS = 800;

/** One panel and what it drew last. */
export interface Target {
  readonly view: PanelView;
  readonly drawn: Drawn;
}

export class Pointing {
  private pointer: PointerPlace | null = null;
  /** When a click took the selection away, which the first half of a double click did not mean. */
  private clearedAt = Number.NEGATIVE_INFINITY;

  /** @param target the panel under a place of the canvas, once it has drawn something. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly store: Store,
    private readonly target: (at: Corner) => Target | null,
  ) {}

  /** The pointer rests there; what is under it is told by `updateHover`. @returns whether that may have changed. */
  point(at: PointerPlace | null): boolean {
    const changed = at !== null || this.pointer !== null;
    this.pointer = at;
    return changed;
  }

  /** CSS pixels from the canvas' upper left. */
  onCanvas({ clientX, clientY }: PointerPlace): Corner {
    const box = this.canvas.getBoundingClientRect();
    return [clientX - box.left, clientY - box.top];
  }

  /** Sets `transient.hover` to the sample that is now drawn under the pointer. */
  updateHover(): void {
    const { transient } = this.store;
    const { pointer } = this;
    const index = pointer === null ? -1 : this.sampleAt(pointer);
    const before = transient.hover.peek();
    if (index < 0 || pointer === null) {
      if (before !== null) transient.hover.value = null;
      return;
    }
    const { clientX, clientY } = pointer;
    const same = before?.index === index && before.clientX === clientX && before.clientY === clientY;
    if (!same) transient.hover.value = { index, clientX, clientY };
  }

  click(at: PointerPlace, change: SelectionChange): void {
    const { explore } = this.store;
    const index = this.sampleAt(at);
    if (index < 0) {
      if (change !== "replace" || explore.selectedMask.peek() === null) return;
      explore.selectRows(new Uint32Array(0), "replace");
      this.clearedAt = performance.now();
      return;
    }
    const selected = explore.selectedMask.peek()?.[index] === 1;
    const mode = change === "toggle" ? (selected ? "remove" : "add") : change;
    explore.selectRows(Uint32Array.of(index), mode);
  }

  /** A double click fits the map; what its first click cleared comes back. */
  doubleClick(): void {
    const meant = performance.now() - this.clearedAt > DOUBLE_CLICK_MS;
    if (!meant && this.store.explore.selectedMask.peek() === null) this.store.explore.undo();
    this.clearedAt = Number.NEGATIVE_INFINITY;
  }

  enclose(corners: readonly Corner[], change: SelectionChange): void {
    const places = corners.map(([clientX, clientY]) => this.onCanvas({ clientX, clientY }));
    const target = this.target(places[0] as Corner);
    if (target === null) return;
    const rows = target.view.enclosed(target.drawn, places, this.shown(target));
    this.store.explore.selectRows(rows, change === "toggle" ? "add" : change);
  }

  private sampleAt(at: PointerPlace): number {
    const place = this.onCanvas(at);
    const target = this.target(place);
    return target === null ? -1 : target.view.pick(target.drawn, place, this.shown(target));
  }

  /** Whether a sample is drawn: its class is not hidden, and no filter leaves it out. `null`: all are. */
  private shown({ view, drawn }: Target): ((i: number) => boolean) | null {
    const labels = view.source.labels.peek();
    const hidden = this.store.view.hiddenClasses.peek();
    const passing = this.store.explore.filterMask.peek();
    if (hidden.size === 0 && passing === null) return null;
    const nearest = drawn.mix < 0.5 ? drawn.from.frame : drawn.to.frame;
    return (i) => {
      if (passing !== null && passing[i] === 0) return false;
      const label = labels?.[i] ?? -1;
      return !hidden.has(label >= 0 ? label : (nearest.prediction[i] as number));
    };
  }
}
