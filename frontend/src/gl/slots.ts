/** Why this file: GPU memory holds some frames at a time; this decides which, without knowing what a frame is. */

export class Slots {
  /** Insertion order is order of use. */
  private readonly taken = new Map<string, number>();

  /** @param capacity at least 2, because a picture between two frames needs both. */
  constructor(readonly capacity: number) {}

  has(key: string): boolean {
    return this.taken.has(key);
  }

  /** Slot of a key, which becomes the most recently used; -1 when it has none. */
  use(key: string): number {
    const slot = this.taken.get(key);
    if (slot === undefined) return -1;
    this.taken.delete(key);
    this.taken.set(key, slot);
    return slot;
  }

  /** Slot for a new key: a free one, else that of the least recently used key. */
  take(key: string): number {
    const held = this.use(key);
    if (held >= 0) return held;
    let slot = this.taken.size;
    if (slot >= this.capacity) {
      const [oldest, freed] = this.taken.entries().next().value as [string, number];
      this.taken.delete(oldest);
      slot = freed;
    }
    this.taken.set(key, slot);
    return slot;
  }

  get free(): number {
    return this.capacity - this.taken.size;
  }
}

/**
 * How many slots to allocate: room to grow for a live run, within a limit of bytes.
 *
 * @param wanted frames there are now.
 */
export function slotCapacity(wanted: number, bytesEach: number, limitBytes: number, most = Infinity): number {
  const affordable = Math.min(most, Math.floor(limitBytes / Math.max(1, bytesEach)));
  const roomy = 2 ** Math.ceil(Math.log2(Math.max(wanted, 8) * 1.25));
  return Math.max(2, Math.min(roomy, affordable));
}
