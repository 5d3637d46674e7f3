/** What is wrong with the query, once its typist has paused: half a word is not a mistake yet. */
import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";
import type { QueryError } from "../../query/ast";
import { useStore } from "../store_context";

/** A pause that tells a finished query from one that goes on, in milliseconds. */
const PAUSE_MS = 600;

/** The problem to show; `null` while there is none, or none yet. */
export function useProblem(): ReadonlySignal<QueryError | null> {
  const { explore } = useStore();
  const shown = useSignal<QueryError | null>(null);
  useSignalEffect(() => {
    const { problem } = explore.reading.value;
    if (problem === null) {
      shown.value = null;
      return;
    }
    const timer = setTimeout(() => {
      shown.value = problem;
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  });
  return shown;
}
