/**
 * Why this file: answers by what was asked, each asked for once and kept while it is likely to be looked at again; a view
 * reads a signal and shows what was there before until the new answer is here.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { RequestError } from "../data/client";

/** For how long a failure is the answer. */
export const FAILURE_LASTS_MS = 5_000;

/** An answer, or what became of it. */
export type Answer<T> =
  | { readonly kind: "loading" }
  | { readonly kind: "ready"; readonly value: T }
  | { readonly kind: "failed"; readonly message: string };

interface Entry {
  readonly answer: ReadonlySignal<Answer<unknown>>;
  readonly controller: AbortController;
}

export class Resources {
  private readonly entries = new Map<string, Entry>();

  /** @param most answers that are kept; those that were not read for longest go first. */
  constructor(private readonly most: number) {}

  /** The answer to what `key` names; `ask` is called the first time only. */
  get<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): ReadonlySignal<Answer<T>> {
    const known = this.entries.get(key);
    if (known !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, known);
      return known.answer as ReadonlySignal<Answer<T>>;
    }
    const controller = new AbortController();
    const answer = signal<Answer<T>>({ kind: "loading" });
    this.entries.set(key, { answer, controller });
    ask(controller.signal).then(
      (value) => {
        answer.value = { kind: "ready", value };
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        // Asked again by whoever looks later; at once, a view that shows the failure would ask for ever.
        setTimeout(() => {
          if (this.entries.get(key)?.controller === controller) this.entries.delete(key);
        }, FAILURE_LASTS_MS);
        if (!(error instanceof RequestError)) console.error(error);
        answer.value = { kind: "failed", message: error instanceof Error ? error.message : String(error) };
      },
    );
    for (const [oldest, entry] of this.entries) {
      if (this.entries.size <= this.most) break;
      entry.controller.abort();
      this.entries.delete(oldest);
    }
    return answer;
  }
}
