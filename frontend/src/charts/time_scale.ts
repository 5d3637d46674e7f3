/**
 * Why this file: where times lie in a picture of the training log, and which of a log's buckets each of its pixels shows.
 * Pure: every picture over the clock is painted by these two.
 */

/** A linear scale of the clock over a number of pixels. */
export interface TimeScale {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  x(time: number): number;
  time(x: number): number;
}

export function timeScale(from: number, to: number, width: number): TimeScale {
  const span = to - from || 1;
  return {
    from,
    to,
    width,
    x: (time) => ((time - from) / span) * width,
    time: (x) => from + (x / Math.max(1, width)) * span,
  };
}

/** Edges around snapshots: each reaches half way to its neighbours. `T + 1` of `T`. */
export function edgesAround(times: ArrayLike<number>): Float64Array {
  const n = times.length;
  const edges = new Float64Array(n + 1);
  for (let i = 1; i < n; i++) edges[i] = ((times[i - 1] as number) + (times[i] as number)) / 2;
  if (n === 0) return edges;
  const [first, last] = [times[0] as number, times[n - 1] as number];
  edges[0] = n > 1 ? 2 * first - (edges[1] as number) : first - 0.5;
  edges[n] = n > 1 ? 2 * last - (edges[n - 1] as number) : last + 0.5;
  return edges;
}

/** Which buckets lie in each column of pixels: [first, end). */
export interface Columns {
  readonly first: Int32Array;
  /** As `first` where the column shows nothing. */
  readonly end: Int32Array;
}

/**
 * Every bucket that touches a column is in it, so that no spike is lost however narrow it is.
 *
 * @param edges times of the edges between the buckets, ascending.
 * @param columns of the picture, as many as it has pixels across.
 */
export function columnsOf(edges: Float64Array, scale: TimeScale, columns: number): Columns {
  const first = new Int32Array(columns);
  const end = new Int32Array(columns);
  const buckets = edges.length - 1;
  const perColumn = (scale.to - scale.from) / Math.max(1, columns);
  let b = 0;
  for (let c = 0; c < columns; c++) {
    const [left, right] = [scale.from + c * perColumn, scale.from + (c + 1) * perColumn];
    while (b < buckets && (edges[b + 1] as number) <= left) b += 1;
    first[c] = b;
    let last = b;
    while (last < buckets && (edges[last] as number) < right) last += 1;
    end[c] = last;
  }
  return { first, end };
}

/** The bucket that a time lies in; -1 outside. */
export function bucketAt(edges: Float64Array, time: number): number {
  const last = edges.length - 1;
  if (last < 1 || !(time >= (edges[0] as number)) || time > (edges[last] as number)) return -1;
  let [low, high] = [0, last - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] as number) <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}
