/** Events in words and marks. */
import { COMPANIONS, type EventKind, JUMP, type SampleEvent } from "../../analysis/events";
import type { Store } from "../../state/store";
import { percent, plain } from "../../ui/format";

/** Name, mark and meaning of each kind. */
export const KIND_WORDS: Readonly<Record<EventKind, { name: string; mark: string; says: string }>> = {
  flip: { name: "flips", mark: "⇄", says: "The model takes it for another class than an epoch before." },
  jump: {
    name: "jumps",
    mark: "↕",
    says: `The probability of its prediction changes by more than ${percent(JUMP)}.`,
  },
  moved: {
    name: "moves",
    mark: "➝",
    says: "It goes farther in the map than the mean of all samples in this step plus two standard deviations.",
  },
  strayed: {
    name: "strays",
    mark: "⤳",
    says: `It moves so far, and as far from where its ${COMPANIONS} nearest on the map before go: it goes alone.`,
  },
};

/** What happened, without whom and when. */
export function eventWords(store: Store, { kind, from, to }: SampleEvent): string {
  const name = (index: number) => store.derived.classes.value[index] ?? `class ${index}`;
  if (kind === "flip") return `${name(from)} → ${name(to)}`;
  if (kind === "jump") return `${percent(from)} → ${percent(to)}`;
  return `${plain(to)} radii, beyond ${plain(from)}`;
}
