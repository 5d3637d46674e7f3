/** Why this file: classes fade in and out instead of blinking, so that the eye can follow which samples went. */

/** How long a class takes to fade. */
export const FADE_MS = 160;

export class Visibility {
  /** Classes that are not fully shown; everything else is 1. */
  private readonly levels = new Map<number, number>();

  /** 0 (hidden) .. 1 (shown). */
  of(i: number): number {
    return this.levels.get(i) ?? 1;
  }

  /**
   * Moves every class towards where it belongs.
   *
   * @returns "still" when nothing changed, "settled" when this was the last change, "fading" when more will follow.
   */
  step(hidden: ReadonlySet<number>, elapsedMs: number): "still" | "settled" | "fading" {
    const share = elapsedMs / FADE_MS;
    let result: "still" | "settled" | "fading" = "still";
    for (const i of new Set([...hidden, ...this.levels.keys()])) {
      const target = hidden.has(i) ? 0 : 1;
      const before = this.of(i);
      if (before === target) continue;
      const level = target === 0 ? Math.max(0, before - share) : Math.min(1, before + share);
      if (level === 1) this.levels.delete(i);
      else this.levels.set(i, level);
      if (level !== target) result = "fading";
      else if (result === "still") result = "settled";
    }
    return result;
  }
}
