/** One number on the scale that it lives on, with the mark that chance would reach: how much of it was earned is seen, not read. */
import type { JSX } from "preact";

/** Pixels. */
const FRAME = { width: 104, height: 14, bar: 5 } as const;

interface Props {
  readonly label: string;
  /** 0 to `top`. */
  readonly value: number | null;
  /** What chance would reach; null: none. */
  readonly floor: number | null;
  readonly top: number;
}

/** The track. */
export function MeasureTrack({ label, value, floor, top }: Props): JSX.Element {
  const x = (v: number) => Math.min(Math.max(v / top, 0), 1) * FRAME.width;
  const y = (FRAME.height - FRAME.bar) / 2;
  return (
    <svg class="measure-track" role="img" aria-label={label} width={FRAME.width} height={FRAME.height}>
      <rect class="track-base" y={y} width={FRAME.width} height={FRAME.bar} rx={2} />
      {value !== null && <rect class="track-value" y={y} width={x(value)} height={FRAME.bar} rx={2} />}
      {floor !== null && (
        <line class="track-floor" x1={x(floor)} x2={x(floor)} y1={0.5} y2={FRAME.height - 0.5} />
      )}
    </svg>
  );
}
