/**
 * Why this file: which maps are looked at beside the one that the store has selected, what is known of their runs, and
 * how that travels in a link. The store's own map is panel A; the others are B, C and D.
 */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { RunIndex, Samples } from "../data/types";
import { OtherPanel } from "./compare_panel";
import { PayloadCache } from "./payload_cache";
import type { Store } from "./store";

/** What one panel shows. */
export interface PanelSpec {
  readonly run: string;
  readonly layer: string;
  readonly method: string;
  /** The step that it stays at; `null`: it goes with the clock. */
  readonly epoch: number | null;
}

/** Panels there can be, the store's own included: more would be too small to read. */
const MOST_PANELS = 4;
/** Maps of the other panels that stay on the client; together with the store's own well below what a tab may hold. */
const CACHE_BYTES = 128 * 1024 * 1024;

/** What the server said of a run that is not the store's. */
export interface RunFeed {
  readonly index: Signal<RunIndex | null>;
  readonly samples: Signal<Samples | null>;
  /** Why there is nothing; "" while all is well. */
  readonly problem: Signal<string>;
}

/** A name without the separators of the code. */
function escapeName(name: string): string {
  return name.replace(/[%,;]/g, encodeURIComponent);
}

/** "run,layer,method,step" for each panel, ";" between them; no step: with the clock. */
export function formatPanels(panels: readonly PanelSpec[]): string {
  return panels
    .map(({ run, layer, method, epoch }) =>
      [run, layer, method]
        .map(escapeName)
        .concat(epoch === null ? [] : [`${epoch}`])
        .join(","),
    )
    .join(";");
}

/** Inverse of `formatPanels`; what is malformed is left out. */
export function parsePanels(text: string): PanelSpec[] {
  return text.split(";").flatMap((part) => {
    const [run, layer, method, epoch, ...rest] = part.split(",");
    if (run === undefined || layer === undefined || method === undefined || rest.length > 0) return [];
    const step = epoch === undefined ? null : Number(epoch);
    if (step !== null && !Number.isFinite(step)) return [];
    try {
      const names = [run, layer, method].map(decodeURIComponent) as [string, string, string];
      return names[0] === "" ? [] : [{ run: names[0], layer: names[1], method: names[2], epoch: step }];
    } catch {
      return [];
    }
  });
}

export class Compare {
  /** B, C and D. */
  readonly others = signal<readonly OtherPanel[]>([]);
  /** Maps are left as their methods drew them. */
  readonly asDrawn = signal(false);
  /** Lines in B from where samples lie in A, and the list of those whose neighbourhoods differ most. */
  readonly difference = signal(false);
  /** Counts what arrived for the other panels. */
  readonly arrivals = signal(0);
  /** Keys of what could not be had, with the sentence that says why. */
  readonly failed = signal<ReadonlyMap<string, string>>(new Map());
  /** Runs of other panels that are not the store's. */
  readonly foreignRuns: ReadonlySignal<readonly string[]>;
  readonly full: ReadonlySignal<boolean>;
  readonly cache = new PayloadCache(CACHE_BYTES);
  private readonly feeds = new Map<string, RunFeed>();
  private opened = 0;

  constructor(readonly store: Store) {
    let held: readonly string[] = [];
    this.foreignRuns = computed(() => {
      const own = store.view.run.value;
      const runs = new Set(
        this.others.value.map((panel) => panel.spec.value.run).filter((run) => run !== own),
      );
      const now = [...runs].sort();
      if (now.join("\u0000") !== held.join("\u0000")) held = now;
      return held;
    });
    this.full = computed(() => this.others.value.length + 1 >= MOST_PANELS);
  }

  /** What the server said of a run; empty until it is asked. */
  feed(run: string): RunFeed {
    let feed = this.feeds.get(run);
    if (feed === undefined) {
      feed = { index: signal(null), samples: signal(null), problem: signal("") };
      this.feeds.set(run, feed);
    }
    return feed;
  }

  /** One more panel. The first is the same map at its first epoch, to be seen beside what became of it. */
  add(): void {
    if (this.full.peek()) return;
    const { view, derived } = this.store;
    const [run, layer, method] = [view.run.peek(), view.layer.peek(), view.method.peek()];
    if (run === "" || derived.steps.peek().length === 0) return;
    const pinned = this.others.peek().some((panel) => panel.spec.peek().epoch !== null);
    this.open([{ run, layer, method, epoch: pinned ? null : (derived.steps.peek()[0] ?? null) }]);
  }

  close(panel: OtherPanel): void {
    batch(() => {
      this.others.value = this.others.peek().filter((other) => other !== panel);
      if (this.others.peek().length === 0) this.difference.value = false;
    });
  }

  /** The store's own map goes, and B takes its place. */
  closeFirst(): void {
    const [next] = this.others.peek();
    if (next === undefined) return;
    const { run, layer, method, epoch } = next.spec.peek();
    batch(() => {
      this.close(next);
      this.store.selectRun(run);
      if (this.store.data.index.peek() === null) this.store.view.layer.value = layer;
      else this.store.selectLayer(layer);
      if (method !== "") this.store.selectMethod(method);
      if (epoch !== null) this.store.seek(epoch);
    });
  }

  closeAll(): void {
    batch(() => {
      this.others.value = [];
      this.difference.value = false;
    });
  }

  /** A difference needs two maps: where there is one, a second is opened. */
  toggleDifference(): void {
    batch(() => {
      if (this.others.peek().length === 0) this.add();
      this.difference.value = this.others.peek().length > 0 && !this.difference.peek();
    });
  }

  /** Opens what a link names. */
  restore(panels: string, asDrawn: boolean, difference: boolean): void {
    batch(() => {
      this.open(parsePanels(panels));
      this.asDrawn.value = asDrawn;
      this.difference.value = difference && this.others.peek().length > 0;
    });
  }

  /** What a link says; "" for one panel alone. */
  code(): string {
    return formatPanels(this.others.value.map((panel) => panel.spec.value));
  }

  markFailed(key: string, message: string): void {
    this.failed.value = new Map(this.failed.peek()).set(key, message);
  }

  private open(specs: readonly PanelSpec[]): void {
    const room = MOST_PANELS - 1 - this.others.peek().length;
    const panels = specs.slice(0, room).map((spec) => new OtherPanel(this, spec, this.opened++));
    this.others.value = [...this.others.peek(), ...panels];
  }
}

const compareOf = new WeakMap<Store, Compare>();

/** The comparison over a store; the same object everywhere. */
export function comparison(store: Store): Compare {
  let compare = compareOf.get(store);
  if (compare === undefined) {
    compare = new Compare(store);
    compareOf.set(store, compare);
  }
  return compare;
}
