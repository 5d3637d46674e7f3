/**
 * Why this file: what the server says of a run's classes, held while a newer version of it is on its way, for this run and
 * for another one beside it.
 */
import { computed, type ReadonlySignal } from "@preact/signals";
import { edgesAround } from "../charts/time_scale";
import type { AnswerSet, Answers, FlipEvents } from "../data/training_types";
import type { Answer } from "./resource";
import type { Log, Training } from "./training";

/** Code of an error that is not known. */
export const NOT_SEEN = 255;
/** Code of an error of 1. */
export const ERROR_SCALE = 254;

/** The answers to a set of samples, class by class. */
export interface ClassLog {
  readonly run: string;
  readonly set: AnswerSet;
  readonly answers: Answers;
  readonly snapshots: number;
  readonly classes: number;
  /** On the clock, one entry a snapshot. */
  readonly steps: readonly number[];
  /** Between the snapshots, for pictures. */
  readonly edges: Float64Array;
}

/** Where an answer is read: newest value, and why there is none. */
export interface Held<T> {
  readonly value: ReadonlySignal<T | null>;
  readonly problem: ReadonlySignal<string>;
}

interface Asked<T> {
  /** An older answer about the same subject is shown until the new one is here. */
  readonly subject: string;
  readonly answer: ReadonlySignal<Answer<T>>;
}

/** Follows a question that changes: its newest answer that arrived. */
export function hold<T>(ask: () => Asked<T> | null): Held<T> {
  const asked = computed(ask);
  let held: { readonly subject: string; readonly value: T } | null = null;
  const value = computed(() => {
    const now = asked.value;
    if (now === null) return null;
    const answer = now.answer.value;
    if (answer.kind === "ready") held = { subject: now.subject, value: answer.value };
    return held?.subject === now.subject ? held.value : null;
  });
  const problem = computed(() => {
    const answer = asked.value?.answer.value;
    return answer?.kind === "failed" ? answer.message : "";
  });
  return { value, problem };
}

/** The answers to the samples of a set of a log. */
export function classLog(
  state: Training,
  log: () => Log | null,
  set: () => AnswerSet | null,
): Held<ClassLog> {
  const source = hold<Answers>(() => {
    const [from, of] = [log(), set()];
    if (from === null || of === null) return null;
    const answer = state.ask(from, `answers ${of.name}`, (client, signal) => client.answers(of.name, signal));
    return { subject: `${from.index.run} ${of.name}`, answer };
  });
  const value = computed(() => {
    const [from, of, answers] = [log(), set(), source.value.value];
    if (from === null || of === null || answers === null) return null;
    // The answer and the list of the steps may be of versions that differ by a snapshot.
    const steps = of.steps.slice(0, answers.whole.length);
    return {
      run: from.index.run,
      set: of,
      answers,
      snapshots: steps.length,
      classes: answers.size.length,
      steps,
      edges: edgesAround(steps),
    };
  });
  return { value, problem: source.problem };
}

/** Flips between right and wrong of a set; `null` where nothing can be right. */
export function flipsOf(
  state: Training,
  log: () => Log | null,
  set: () => AnswerSet | null,
): Held<FlipEvents> {
  return hold(() => {
    const [from, of] = [log(), set()];
    if (from === null || of === null || !of.labelled || of.steps.length < 2) return null;
    const answer = state.ask(from, `flips ${of.name}`, (client, signal) => client.flips(of.name, signal));
    return { subject: `${from.index.run} ${of.name}`, answer };
  });
}

/** Name of a class of a set. */
export function classNameOf(set: AnswerSet, index: number): string {
  return set.classes[index] ?? `class ${index}`;
}

/** Code of a class's error at a snapshot. */
function errorCode({ answers, classes }: ClassLog, index: number, snapshot: number): number {
  return answers.error[snapshot * classes + index] ?? NOT_SEEN;
}

/** 0 .. 1; NaN where it is not known. */
export function errorAt(log: ClassLog, index: number, snapshot: number): number {
  const code = errorCode(log, index, snapshot);
  return code === NOT_SEEN ? Number.NaN : code / ERROR_SCALE;
}

/** The last error of a class that is known; NaN when none is. */
export function lastError(log: ClassLog, index: number): number {
  for (let t = log.snapshots - 1; t >= 0; t--) {
    if (errorCode(log, index, t) !== NOT_SEEN) return errorAt(log, index, t);
  }
  return Number.NaN;
}
