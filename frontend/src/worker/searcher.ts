/**
 * Why this file: what takes longer than a picture is looked for elsewhere: in a worker where there can be one, and in
 * short pieces between the page's own work where not, as in a page that was opened from disk, or for questions about
 * columns that depend on more than their epoch.
 */
import { include, nothingYet, type Search } from "../query/plan";
import type { EpochArrays } from "./epoch_columns";
import { type FromWorker, pack, type ToWorker } from "./messages";
import type { Question } from "./over_epochs";

/** Longest piece of work, in milliseconds: half of what a smooth page has between two pictures. */
const PIECE_MS = 8;
/** Epochs that are with the worker at a time: enough that it never waits, and little memory. */
const MOST_AWAY = 6;

/** What a worker needs to know to look for something. */
export interface Baggage {
  readonly question: Question;
  readonly names: readonly (keyof EpochArrays)[];
  readonly arraysOf: (key: string) => EpochArrays;
}

/** One search under way. */
interface Job {
  readonly search: Search;
  readonly told: () => void;
  /** `null`: what is sent where is looked at here. */
  readonly baggage: Baggage | null;
  /** Of what is looked at here. */
  readonly mask: Uint8Array;
  /** Epochs that were looked at or sent. */
  readonly keys: string[];
  next: number;
  /** All of it was sent, and the answer is on its way. */
  sent: boolean;
}

export class Searcher {
  private start: (() => Worker) | null = null;
  private worker: Worker | null = null;
  private readonly jobs = new Map<number, Job>();
  private ids = 0;
  private away = 0;
  /** Buffers that came back. */
  private spare: ArrayBuffer[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Looks in a worker from now on, which is started when there is something to look for. */
  useWorker(start: () => Worker): void {
    this.start = start;
  }

  /** Looks for something; when it was found its `done` is called, and then `told`. */
  run(search: Search, baggage: Baggage | null, told: () => void): void {
    const taken = baggage !== null && this.open() !== null ? baggage : null;
    const id = this.ids++;
    const mask = nothingYet(search.kind, taken === null ? search.count : 0);
    this.jobs.set(id, { search, told, baggage: taken, mask, keys: [], next: 0, sent: false });
    if (taken !== null) this.send({ kind: "ask", id, question: taken.question });
    this.timer ??= setTimeout(() => this.piece());
  }

  /** Nobody waits for what is being looked for. */
  cancel(): void {
    for (const [id, { baggage }] of this.jobs) if (baggage !== null) this.send({ kind: "drop", id });
    this.jobs.clear();
  }

  private open(): Worker | null {
    if (this.worker !== null || this.start === null) return this.worker;
    const worker = this.start();
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => this.answered(data));
    // Also when the browser does not let it start.
    worker.addEventListener("error", () => this.giveUp());
    this.worker = worker;
    return worker;
  }

  private send(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.worker?.postMessage(message, { transfer: [...transfer] });
  }

  private answered(message: FromWorker): void {
    if (message.kind === "back") {
      this.away -= 1;
      if (this.jobs.size > 0) this.spare.push(...message.buffers);
      if (this.timer === undefined) this.piece();
      return;
    }
    const { id, mask } = message;
    const job = this.jobs.get(id);
    this.jobs.delete(id);
    if (this.jobs.size === 0) this.spare = [];
    job?.search.done(mask, job.keys);
    job?.told();
  }

  private take(bytes: number): ArrayBuffer {
    const at = this.spare.findIndex(({ byteLength }) => byteLength === bytes);
    return this.spare.splice(at, at < 0 ? 0 : 1)[0] ?? new ArrayBuffer(bytes);
  }

  /** The browser refuses the worker: what it was asked is looked for here. */
  private giveUp(): void {
    this.worker?.terminate();
    this.worker = null;
    this.start = null;
    this.away = 0;
    for (const [id, { search, baggage, told }] of [...this.jobs]) {
      if (baggage === null) continue;
      this.jobs.delete(id);
      this.run(search, null, told);
    }
  }

  private piece(): void {
    this.timer = undefined;
    const until = performance.now() + PIECE_MS;
    for (const [id, job] of this.jobs) {
      if (job.sent) continue;
      while (job.next < job.search.epochs.length) {
        if (job.baggage !== null && this.away >= MOST_AWAY) break;
        if (performance.now() >= until) {
          this.timer = setTimeout(() => this.piece());
          return;
        }
        this.look(id, job);
      }
      if (job.next === job.search.epochs.length) this.end(id, job);
    }
  }

  /** Looks at the next epoch, or has it looked at. */
  private look(id: number, job: Job): void {
    const { search, baggage, mask, keys } = job;
    const epoch = search.epochs[job.next];
    job.next += 1;
    if (epoch === undefined) return;
    if (baggage !== null) {
      const parcel = pack(baggage.arraysOf(epoch.key), baggage.names, (bytes) => this.take(bytes));
      if (parcel === null) return;
      this.away += 1;
      this.send({ kind: "epoch", id, ...parcel }, parcel.buffers);
    } else {
      const found = search.look(epoch);
      if (found === null) return;
      include(search.kind, mask, found);
    }
    keys.push(epoch.key);
  }

  private end(id: number, job: Job): void {
    if (job.baggage !== null) {
      job.sent = true;
      this.send({ kind: "end", id });
      return;
    }
    this.jobs.delete(id);
    job.search.done(job.mask, job.keys);
    job.told();
  }
}
