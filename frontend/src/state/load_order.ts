/** Why this file: which frame to fetch next: what is looked at first, then both ends, then outwards from the time now. */

export type Part = "frame" | "landscape" | "outcomes" | "quality" | "chosen";

export interface Wanted {
  readonly part: Part;
  /** Index of the frame; of "chosen", of the choice. */
  readonly frame: number;
}

/** Frames by distance from `at`; at equal distance the later one first, because playback goes that way. */
export function outwards(count: number, at: number): number[] {
  const order: number[] = [];
  for (let distance = 0; order.length < count; distance++) {
    for (const frame of distance === 0 ? [at] : [at + distance, at - distance]) {
      if (frame >= 0 && frame < count) order.push(frame);
    }
  }
  return order;
}

/**
 * Everything worth having, most urgent first.
 *
 * @param count frames there are.
 * @param current the one or two frames around the time now.
 * @param affordable how many frames fit in memory; those farther from the time now are left out.
 * @param choices how often samples were chosen for labelling.
 */
export function loadOrder(
  count: number,
  current: readonly number[],
  affordable: number,
  choices = 0,
): Wanted[] {
  const near = outwards(count, current[0] ?? 0).slice(0, Math.max(affordable, current.length));
  const ends = [count - 1, 0].filter(
    (frame) => frame >= 0 && frame < count && affordable > current.length + 1,
  );
  const frames = [...new Set([...ends, ...near])].filter((frame) => !current.includes(frame));
  const rest = outwards(count, current[0] ?? 0).filter((frame) => !current.includes(frame));
  const list = (part: Part, which: readonly number[]): Wanted[] => which.map((frame) => ({ part, frame }));
  return [
    ...list("frame", current),
    ...list("landscape", current),
    ...list("outcomes", current),
    ...list("quality", current),
    ...list("frame", frames),
    ...list("landscape", frames),
    ...list("chosen", [...Array(choices).keys()]),
    // Farther ones too: what was forgotten since the first epoch is asked of predictions, not of maps.
    ...list("outcomes", rest),
    ...list("quality", rest),
  ];
}
