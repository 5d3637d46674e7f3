/** How many samples there are and why so many: the curve of relative density that the probe's size was read off. */
import type { JSX } from "preact";
import type { ProbeDensity } from "../../data/types";
import { count as counted } from "../../ui/format";

const WIDTH = 132;
const HEIGHT = 32;
const MARGIN = 3;

/** Relative density of a subset, linear in the logarithm of its size between those that were measured. */
export function densityAt(density: ProbeDensity, size: number): number {
  const { sizes, relative } = density;
  const next = sizes.findIndex((one) => one >= size);
  const high = relative[next] ?? 1;
  const before = sizes[next - 1];
  if (before === undefined) return high;
  const low = relative[next - 1] ?? high;
  const share = Math.log(size / before) / Math.log((sizes[next] ?? size) / before);
  return low + share * (high - low);
}

interface Props {
  readonly count: number;
  readonly density: ProbeDensity;
}

/** One sentence, and the curve with the probe's size marked. */
export function ProbeSize({ count, density }: Props): JSX.Element {
  const { sizes, relative } = density;
  const first = Math.log(sizes[0] ?? 1);
  const span = Math.log(density.candidates) - first || 1;
  const x = (size: number) => MARGIN + ((Math.log(size) - first) / span) * (WIDTH - 2 * MARGIN);
  const y = (level: number) => HEIGHT - MARGIN - level * (HEIGHT - 2 * MARGIN);
  const reached = densityAt(density, count);
  const words =
    `${counted(count)} of ${counted(density.candidates)}; relative density ` +
    `${reached.toFixed(2).replace(/^0/, "")} in ${density.layer}`;
  const meaning =
    `Mean distance to the ${density.neighbour}th neighbour among all candidates ` +
    "over that among these samples: 1 is as dense as all";
  return (
    <>
      <span title={meaning}>{words}</span>
      <svg class="probe-size" width={WIDTH} height={HEIGHT} aria-hidden="true">
        <polyline points={sizes.map((size, i) => `${x(size)},${y(relative[i] ?? 1)}`).join(" ")} />
        <circle cx={x(count)} cy={y(reached)} r="3" />
      </svg>
    </>
  );
}
