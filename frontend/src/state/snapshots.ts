/**
 * Why this file: beside the maps, the server tells what the model said of each sample at each snapshot, and which samples
 * were chosen for labelling. This says how those are named, and which are on the client.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Outcomes } from "../data/types";
import type { Store } from "./store";

/** Names one write of one payload, and where it is asked for. */
export interface PayloadName {
  readonly key: string;
  readonly step: number;
  readonly version: string;
}

/** What is asked for beside maps. */
export type Besides = "outcomes" | "quality" | "chosen";

export class Snapshots {
  /** Of each frame, the snapshot that it is a map of; `null` where there is none to ask about. */
  readonly names: ReadonlySignal<readonly (PayloadName | null)[]>;
  /** Outcomes of each frame's snapshot; `null` where there are none to ask for. */
  readonly outcomeNames: ReadonlySignal<readonly (PayloadName | null)[]>;
  /** Of each frame's snapshot, how good it makes the labels; `null` where that cannot be asked. */
  readonly qualityNames: ReadonlySignal<readonly (PayloadName | null)[]>;
  /** One entry a choice, steps ascending. */
  readonly choiceNames: ReadonlySignal<readonly PayloadName[]>;
  /** Counts what arrived, frames as well; raised at most a few times a second, because whole runs are looked at anew. */
  readonly arrivals = signal(0);
  /** Parts and keys of what could not be had, with the sentence that says why. */
  readonly failed = signal<ReadonlyMap<string, string>>(new Map());
  /** Why this layer has no outcomes at all; "" when it has, or may have. */
  readonly absent: ReadonlySignal<string>;
  /** Why no label can be judged; "" when they can, or may be. */
  readonly unjudged: ReadonlySignal<string>;

  constructor(private readonly store: Pick<Store, "view" | "data" | "derived" | "cache">) {
    const { view, data, derived } = store;
    this.names = computed(() => {
      const layer = derived.layerIndex.value;
      const run = view.run.value;
      return derived.steps.value.map((step) => {
        const version = layer?.versions?.[layer.steps.indexOf(step)];
        if (layer === null || version === undefined) return null;
        return { key: [run, layer.name, step, version].join("\u0000"), step, version };
      });
    });
    this.outcomeNames = computed(() => {
      const unknown = derived.layerIndex.value?.logits === false;
      return unknown ? this.names.value.map(() => null) : this.names.value;
    });
    const labelled = computed(() => data.samples.value?.labels.some((label) => label >= 0) ?? null);
    this.qualityNames = computed(() => {
      // Old logs do not say whether they have logits: what was refused tells, and is not asked for twice.
      const unsure = derived.layerIndex.value?.logits !== true;
      return this.outcomeNames.value.map((name) => {
        const refused = name !== null && unsure && this.hasFailed("outcomes", name.key);
        return labelled.value !== true || refused ? null : name;
      });
    });
    this.choiceNames = computed(() => {
      const selected = data.index.value?.selected;
      const run = view.run.value;
      return (selected?.steps ?? []).map((step, i) => {
        const version = selected?.versions[i] ?? "";
        return { key: [run, step, version].join("\u0000"), step, version };
      });
    });
    this.absent = computed(() => {
      const names = this.outcomeNames.value;
      if (names.every((name) => name === null)) {
        const layer = derived.layerIndex.value;
        return layer?.logits === false
          ? layer.no_logits || "It was logged without logits."
          : "This run was logged without them, or by an older version.";
      }
      return this.refusal("outcomes", names);
    });
    this.unjudged = computed(() => {
      if (labelled.value === false) return "These samples have no labels.";
      return this.absent.value || this.refusal("quality", this.qualityNames.value);
    });
  }

  /** Why nothing of this can be had; "" when something can. */
  private refusal(part: Besides, names: readonly (PayloadName | null)[]): string {
    const failed = this.failed.value;
    const reasons = names.map((name) => (name === null ? "" : (failed.get(part + name.key) ?? null)));
    // One refusal may be a snapshot that was written again; that all are refused is a property of the run.
    return reasons.includes(null) ? "" : (reasons.find((reason) => reason) ?? "");
  }

  namesOf(part: Besides): ReadonlySignal<readonly (PayloadName | null)[]> {
    return { outcomes: this.outcomeNames, quality: this.qualityNames, chosen: this.choiceNames }[part];
  }

  /** Outcomes of the snapshot that frame `i` is a map of, when they are on the client. */
  outcomesAt(i: number): Outcomes | undefined {
    const name = this.outcomeNames.peek()[i];
    return name == null ? undefined : this.store.cache.outcomes(name.key);
  }

  /** How good the labels are after the snapshot that frame `i` is a map of, when that is on the client. */
  labelQualityAt(i: number): Float32Array | undefined {
    const name = this.qualityNames.peek()[i];
    return name == null ? undefined : this.store.cache.labelQuality(name.key);
  }

  /** Rows of every choice at or before a step, oldest first; `null`: one of them is not on the client. */
  chosenUntil(step: number): readonly Int32Array[] | null {
    const names = this.choiceNames.peek().filter((name) => name.step <= step);
    const rows = names.map(({ key }) => this.store.cache.chosen(key));
    return rows.every((chosen) => chosen !== undefined) ? rows : null;
  }

  markFailed(part: Besides, key: string, message: string): void {
    this.failed.value = new Map(this.failed.peek()).set(part + key, message);
  }

  hasFailed(part: Besides, key: string): boolean {
    return this.failed.value.has(part + key);
  }

  /** Something arrived, or was dropped. */
  announce(): void {
    this.arrivals.value += 1;
  }
}
