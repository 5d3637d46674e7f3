/**
 * Why this file: answers by what was asked, each asked for once and kept while it is likely to be looked at again; a view
 * reads a signal and shows what was there before until the new answer is here.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { RequestError } from "../data/client";

/** For how long a failure is the answer. */
export const FAILURE_LASTS_MS = 5_000;

/** What is asked is worth having later, too, so that nothing is called off. */
const NEVER = new AbortController().signal;

/** An answer, or what became of it. */
export type Answer<T> =
  | { readonly kind: "loading" }
  | { readonly kind: "ready"; readonly value: T }
  | { readonly kind: "failed"; readonly message: string };

export class Resources {
  private readonly entries = new Map<string, ReadonlySignal<Answer<unknown>>>();
  /** Raised when a failure is forgotten: whoever still looks asks again. */
  private readonly forgotten = signal(0);

  /** @param most answers that are kept; those that were not asked about for longest go first. */
  constructor(private readonly most: number) {}

  /** Lets an answer go that nobody will ask about again; whoever holds its signal keeps it. */
  drop(key: string): void {
    this.entries.delete(key);
  }

  /** The answer to what `key` names; `ask` is called the first time only. */
  get<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): ReadonlySignal<Answer<T>> {
    void this.forgotten.value;
    const known = this.entries.get(key);
    if (known !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, known);
      return known as ReadonlySignal<Answer<T>>;
    }
    const answer = signal<Answer<T>>({ kind: "loading" });
    this.entries.set(key, answer);
    ask(NEVER).then(
      (value) => {
        answer.value = { kind: "ready", value };
      },
      (error: unknown) => {
        // Asked again by whoever looks later; at once, a view that shows the failure would ask for ever.
        setTimeout(() => {
          if (this.entries.get(key) !== answer) return;
          this.entries.delete(key);
          this.forgotten.value += 1;
        }, FAILURE_LASTS_MS);
        if (!(error instanceof RequestError)) console.error(error);
        answer.value = { kind: "failed", message: error instanceof Error ? error.message : String(error) };
      },
    );
    for (const [oldest, entry] of this.entries) {
      if (this.entries.size <= this.most) break;
      // What is on its way somebody waits for.
      if (entry.peek().kind !== "loading") this.entries.delete(oldest);
    }
    return answer;
  }
}
