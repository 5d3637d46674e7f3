/** Where steps lie on the axis, as shares of its width, so that nothing has to be recomputed when the window is resized. */

/** A linear axis over steps. */
export interface AxisScale {
  readonly low: number;
  readonly high: number;
  /** Share of the axis' width at a step, 0 to 1. */
  at(step: number): number;
  /** Step at a share. */
  inverse(share: number): number;
}

/**
 * The axis over every step, mapped or not, so that it does not jump when a map arrives. One step alone lies at its left
 * end.
 *
 * @param steps ascending
 */
export function axisScale(steps: readonly number[]): AxisScale {
  const first = steps[0] ?? 0;
  const last = steps.at(-1) ?? first;
  const span = last - first || 1;
  return {
    low: first,
    high: last,
    at: (step) => Math.min(1, Math.max(0, (step - first) / span)),
    inverse: (share) => first + Math.min(1, Math.max(0, share)) * span,
  };
}

/**
 * Whether something at a step has a place on the axis: between its ends or within half a step of them. What is farther away,
 * as of a layer that is logged at other steps, would be drawn where it was not.
 *
 * @param steps ascending
 */
export function isOnAxis(steps: readonly number[], step: number): boolean {
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return false;
  const before = first - ((steps[1] ?? first + 1) - first) / 2;
  const after = last + (last - (steps.at(-2) ?? last - 1)) / 2;
  return step >= before && step <= after;
}

/** A piece of the axis, in shares of its width. */
export interface Band {
  readonly from: number;
  readonly to: number;
}

/**
 * The pieces of the axis whose frames are on the client. A piece spans neighbouring frames, because only between two that are
 * here can be played; a frame alone is a piece of no width and is left out.
 */
export function bufferedBands(
  steps: readonly number[],
  buffered: ReadonlySet<number>,
  scale: AxisScale,
): readonly Band[] {
  const bands: Band[] = [];
  let start: number | null = null;
  for (let i = 0; i <= steps.length; i++) {
    const here = i < steps.length && buffered.has(i);
    if (here && start === null) start = i;
    if (!here && start !== null) {
      const from = scale.at(steps[start] ?? 0);
      const to = scale.at(steps[i - 1] ?? 0);
      if (to > from) bands.push({ from, to });
      start = null;
    }
  }
  return bands;
}

/** Snapshots next to each other that have no map yet: the piece of the axis that is theirs, and how many they are. */
export interface PendingBand extends Band {
  readonly count: number;
}

/**
 * The pieces of the axis that wait to be mapped, in the middle of a run as well as at its end: the projector may take the
 * newest snapshot first. A piece reaches half way to its mapped neighbours.
 */
export function pendingBands(
  steps: readonly number[],
  pending: ReadonlySet<number>,
  scale: AxisScale,
): readonly PendingBand[] {
  const bands: PendingBand[] = [];
  const between = (inner: number, outer: number) => {
    const step = steps[inner] as number;
    return scale.at((step + (steps[outer] ?? step)) / 2);
  };
  for (let i = 0; i < steps.length; i++) {
    if (!pending.has(steps[i] as number)) continue;
    const first = i;
    while (i + 1 < steps.length && pending.has(steps[i + 1] as number)) i += 1;
    bands.push({ from: between(first, first - 1), to: between(i, i + 1), count: i - first + 1 });
  }
  return bands;
}

/** The step nearest to a time; undefined without steps. */
export function nearestStep(steps: readonly number[], time: number): number | undefined {
  let best: number | undefined;
  for (const step of steps) {
    if (best === undefined || Math.abs(step - time) < Math.abs(best - time)) best = step;
  }
  return best;
}
