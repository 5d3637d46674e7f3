/** Why this file: brings the list of runs and the index of the selected run into the store, once a poll. */
import { batch } from "@preact/signals";
import { type Client, RequestError } from "../data/client";
import type { FramesIndex, RunIndex, Samples } from "../data/types";
import { comparison } from "./compare";
import { defaultLayer, defaultMethod } from "./defaults";
import type { PollResult } from "./poller";
import type { Store } from "./store";
import type { Link } from "./url";

/** New runs are rare: their list is asked for this often, and at once when there is none yet. */
const RUNS_EVERY_MS = 30_000;

export class IndexSync {
  private runsAskedAt = Number.NEGATIVE_INFINITY;
  private samplesOf = "";

  constructor(
    private readonly store: Store,
    private readonly client: Client,
    /** What the page's link says; applied to the first index that arrives. */
    private link: Link | null,
  ) {}

  /** The next poll lists the runs, too. */
  expireRuns(): void {
    this.runsAskedAt = Number.NEGATIVE_INFINITY;
  }

  async poll(signal: AbortSignal): Promise<PollResult> {
    const { data, view } = this.store;
    let durationMs = 0;
    try {
      await this.listRuns(signal);
      if (view.run.peek() !== "") {
        const from = performance.now();
        const index = await this.client.index(view.run.peek(), signal);
        durationMs = performance.now() - from;
        // The first time, frames are loaded beside the samples; nothing is drawn before both are here.
        if (data.index.peek() === null) this.apply(index, null);
        const samples = await this.samples(index, signal);
        signal.throwIfAborted();
        this.apply(index, samples);
      }
      data.offline.value = null;
    } catch (error) {
      if (signal.aborted) throw error;
      this.report(asRequestError(error, this.client.url("index", { run: view.run.peek() })));
    }
    return { durationMs, closed: data.index.peek()?.closed ?? false };
  }

  private async listRuns(signal: AbortSignal): Promise<void> {
    const { data, view } = this.store;
    const known = data.runs.peek();
    const due = performance.now() - this.runsAskedAt >= RUNS_EVERY_MS;
    if (!due && known !== null && known.runs.length > 0) return;
    const answer = await this.client.runs(signal);
    this.runsAskedAt = performance.now();
    batch(() => {
      data.runs.value = answer;
      const names = answer.runs.map((run) => run.name);
      if (names.length === 0) {
        data.status.value = { kind: "empty" };
      } else if (!names.includes(view.run.peek())) {
        const linked = this.link?.run;
        if (linked !== undefined && !names.includes(linked)) this.link = null;
        this.store.selectRun(this.link?.run ?? (names[0] as string));
      }
    });
    // Selecting a run starts a poll of its own and aborts this one.
    signal.throwIfAborted();
  }

  /** The probe's samples; asked for once a version. */
  private async samples(index: RunIndex, signal: AbortSignal): Promise<Samples | null> {
    const { probe, run } = index;
    if (probe === null) return null;
    const version = `${run}\u0000${probe.version}`;
    const held = this.store.data.samples.peek();
    if (held !== null && this.samplesOf === version) return held;
    const samples = await this.client.samples(run, probe.version, signal);
    this.samplesOf = version;
    return samples;
  }

  private apply(index: RunIndex, samples: Samples | null): void {
    const { data, view, derived } = this.store;
    const previous = data.index.peek();
    const news = previous === null || previous.updated !== index.updated || previous.closed !== index.closed;
    const framesBefore = derived.frames.peek();
    batch(() => {
      data.samples.value = samples;
      if (samples !== null || index.probe === null) data.status.value = { kind: "ready" };
      if (!news) return;
      const now = Date.now();
      data.now.value = now;
      data.lastUpdate.value = previous === null ? Math.min(now, index.updated * 1000) : now;
      data.index.value = index;
      data.thumbnailsUrl.value =
        index.probe?.thumbnails == null ? null : this.client.thumbnailsUrl(index.run, index.probe.version);
      this.select(index);
      data.failed.value = stillFailed(data.failed.peek(), framesBefore, derived.frames.peek());
      const last = derived.steps.peek().at(-1) ?? 0;
      // The first frames are shown at once; to later ones the player glides. A resumed run may have lost its last steps.
      const jump = framesBefore === null && view.follow.peek();
      if (jump || view.time.peek() > last) view.time.value = last;
      this.store.refreshBuffered();
    });
  }

  /** Chooses layer and method where none is chosen or the chosen one is gone; applies the link once. */
  private select(index: RunIndex): void {
    const { view, derived } = this.store;
    const link = this.link;
    this.link = null;
    const named = (name: string | undefined) => index.layers.find((layer) => layer.name === name);
    const layer = named(link?.layer) ?? named(view.layer.peek()) ?? defaultLayer(index);
    view.layer.value = layer?.name ?? "";
    const method = [link?.method, view.method.peek()].find(
      (name) => name !== undefined && layer && name in layer.frames,
    );
    view.method.value = method ?? (layer === undefined ? "" : defaultMethod(layer));
    if (link === null) return;
    if (link.tab !== undefined) view.tab.value = link.tab;
    if (link.hide !== undefined) view.hiddenClasses.value = link.hide;
    if (link.lies) view.markLies.value = true;
    const { explore, colouring } = this.store;
    if (link.colour !== undefined) colouring.by.value = link.colour;
    if (link.size !== undefined) colouring.size.value = link.size;
    if (link.query !== undefined) explore.text.value = link.query;
    if (link.filter) explore.filtering.value = true;
    if (link.selection !== undefined) explore.linked.value = link.selection;
    comparison(this.store).restore(link.panels ?? "", link.drawn === true, link.difference === true);
    if (link.camera !== undefined) view.camera.value = link.camera;
    if (link.epoch !== undefined && derived.steps.peek().length > 0) this.store.seek(link.epoch);
  }

  private report(error: RequestError): void {
    const { data } = this.store;
    const problem = { message: error.message, url: error.url };
    // A run that was deleted, or a server started on another log directory: the list says what there is now.
    if (error.status === 404) this.expireRuns();
    const nothingYet = data.index.peek() === null || this.store.derived.awaitingSamples.peek();
    if (nothingYet) data.status.value = { kind: "error", ...problem };
    else data.offline.value = problem;
  }
}

/** An answer that this page stumbles over must end in a sentence, too, not in a blank tab. */
function asRequestError(error: unknown, url: string): RequestError {
  if (error instanceof RequestError) return error;
  console.error(error);
  return new RequestError(`This page cannot read the server's answer (${String(error)}).`, url, 200);
}

/** Failures of frames that were written again since are forgotten. */
function stillFailed(
  failed: ReadonlyMap<number, string>,
  before: FramesIndex | null,
  after: FramesIndex | null,
): ReadonlyMap<number, string> {
  return new Map([...failed].filter(([i]) => before?.versions[i] === after?.versions[i]));
}
