/** Why this file: a picture shows what it last knew until the new answer is here, and says so when there is none. */
import type { ReadonlySignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Answer } from "../../state/resource";

export interface Shown<T> {
  /** The newest answer that arrived; `null`: none did. */
  readonly value: T | null;
  readonly loading: boolean;
  /** Why there is none; "". */
  readonly problem: string;
}

/**
 * @param answer from `Training.ask`; `null`: nothing is asked.
 * @param subject what it is about: an answer about something else is not shown meanwhile.
 */
export function useAnswer<T>(answer: ReadonlySignal<Answer<T>> | null, subject: string): Shown<T> {
  const held = useRef<{ subject: string; value: T } | null>(null);
  const now = answer?.value ?? null;
  if (now?.kind === "ready") held.current = { subject, value: now.value };
  const value = held.current?.subject === subject ? held.current.value : null;
  return {
    value,
    loading: now?.kind === "loading",
    problem: now?.kind === "failed" ? now.message : "",
  };
}
