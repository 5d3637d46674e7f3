/** How numbers, durations and sizes are put into words, in one place so that two views never disagree. */

/** What stands where a number could not be computed. */
export const NOT_KNOWN = "–";

/** A share of 1 as a percentage. One decimal below 10 %, where rounding would hide what matters; never a false 100 %. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return NOT_KNOWN;
  const value = share * 100;
  if (value === 0) return "0 %";
  if (Math.abs(value) < 9.95) return `${trimZero(value.toFixed(1))} %`;
  if (value > 99 && value < 100) return `${trimZero((Math.floor(value * 10) / 10).toFixed(1))} %`;
  return `${Math.round(value)} %`;
}

/** A count with thousands separated. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** A count with its noun: "1 sample", "1,797 samples". */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A plain number to three significant digits. */
export function plain(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOT_KNOWN;
  if (value === 0) return "0";
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return count(value);
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e6 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

/** Bytes in decimal units. */
export function bytes(value: number): string {
  if (value < 1000) return `${Math.round(value)} B`;
  if (value < 999_500) return `${Math.round(value / 1000)} KB`;
  if (value < 999_500_000) return `${trimZero((value / 1e6).toFixed(1))} MB`;
  return `${trimZero((value / 1e9).toFixed(1))} GB`;
}

/** A duration in seconds, to one unit. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${trimZero(seconds.toFixed(1))} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** How long ago something was; whole seconds, because a running decimal distracts. */
export function ago(seconds: number): string {
  if (seconds < 1.5) return "just now";
  return `${duration(seconds < 90 ? Math.round(seconds) : seconds)} ago`;
}

function trimZero(text: string): string {
  return text.endsWith(".0") ? text.slice(0, -2) : text;
}
