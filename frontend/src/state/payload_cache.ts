/**
 * Why this file: frames, landscapes and outcomes stay on the client so that scrubbing asks the server for nothing, but only up to
 * a limit of bytes; beyond it the least recently used are dropped, and maps last.
 */
import type { FrameData, LandscapeData, Outcomes } from "../data/types";

/** 256 MB: 18,000 frames of 2,000 samples, or 180 of 200,000; well below what a browser tab may hold. */
const CACHE_LIMIT_BYTES = 256 * 1024 * 1024;

type Payload = FrameData | LandscapeData | Outcomes | Int32Array | Float32Array;
type Entry = { readonly bytes: number; readonly payload: Payload };

export class PayloadCache {
  /** Insertion order is order of use: a `Map` keeps it. */
  private readonly entries = new Map<string, Entry>();
  private total = 0;

  constructor(readonly limitBytes = CACHE_LIMIT_BYTES) {}

  get bytes(): number {
    return this.total;
  }

  frame(key: string): FrameData | undefined {
    return this.get(`f${key}`) as FrameData | undefined;
  }

  landscape(key: string): LandscapeData | undefined {
    return this.get(`l${key}`) as LandscapeData | undefined;
  }

  /** Without counting as use: going through a whole run must not change what is dropped first. */
  peekFrame(key: string): FrameData | undefined {
    return this.entries.get(`f${key}`)?.payload as FrameData | undefined;
  }

  /** Outcomes are read in passes over the run; what is dropped first is the oldest. */
  outcomes(key: string): Outcomes | undefined {
    return this.entries.get(`o${key}`)?.payload as Outcomes | undefined;
  }

  /** How good the labels are after a snapshot. */
  labelQuality(key: string): Float32Array | undefined {
    return this.entries.get(`q${key}`)?.payload as Float32Array | undefined;
  }

  /** Rows that were chosen at a step. */
  chosen(key: string): Int32Array | undefined {
    return this.entries.get(`c${key}`)?.payload as Int32Array | undefined;
  }

  hasFrame(key: string): boolean {
    return this.entries.has(`f${key}`);
  }

  hasLandscape(key: string): boolean {
    return this.entries.has(`l${key}`);
  }

  putFrame(key: string, frame: FrameData): void {
    const { positions, prediction, confidence, flags, kept } = frame;
    const bytes =
      positions.byteLength +
      prediction.byteLength +
      confidence.byteLength +
      flags.byteLength +
      kept.byteLength;
    this.put(`f${key}`, { bytes, payload: frame });
  }

  putLandscape(key: string, landscape: LandscapeData): void {
    const bytes = landscape.cells.byteLength + (landscape.entropy?.byteLength ?? 0);
    this.put(`l${key}`, { bytes, payload: landscape });
  }

  putOutcomes(key: string, outcomes: Outcomes): void {
    const { prediction, runnerUp, confidence, margin, entropy, loss } = outcomes;
    const columns = [prediction, runnerUp, confidence, margin, entropy, loss];
    this.put(`o${key}`, {
      bytes: columns.reduce((sum, column) => sum + column.byteLength, 0),
      payload: outcomes,
    });
  }

  putLabelQuality(key: string, quality: Float32Array): void {
    this.put(`q${key}`, { bytes: quality.byteLength, payload: quality });
  }

  putChosen(key: string, rows: Int32Array): void {
    this.put(`c${key}`, { bytes: rows.byteLength, payload: rows });
  }

  private get(key: string): Payload | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.payload;
  }

  private put(key: string, entry: Entry): void {
    this.total += entry.bytes - (this.entries.get(key)?.bytes ?? 0);
    this.entries.delete(key);
    this.entries.set(key, entry);
    // What the model said is asked for now and then; without its map an epoch cannot be shown.
    for (const besides of [true, false]) {
      for (const [oldest, { bytes }] of this.entries) {
        if (this.total <= this.limitBytes) return;
        if (oldest === key || (besides && !BESIDES.test(oldest)) || sameSnapshot(oldest, key)) continue;
        this.entries.delete(oldest);
        this.total -= bytes;
      }
    }
  }
}

/** Keys of what is known of a snapshot beside its map. */
const BESIDES = /^[oq]/;

/** Of these the one would have the other dropped, and be dropped by it. */
function sameSnapshot(one: string, other: string): boolean {
  return BESIDES.test(one) && BESIDES.test(other) && one.slice(1) === other.slice(1);
}
