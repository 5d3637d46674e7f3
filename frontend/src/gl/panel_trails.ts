/** Why this file: keeps a panel's trails true to what is selected, coloured and on the client now. */
import { clipAffine } from "./camera";
import type { Graphics } from "./graphics";
import type { Scene } from "./panel";
import type { PanelSource } from "./panel_source";
import { Trails, trailRows } from "./trails";

/** Layout units as they are. */
const LAYOUT = [0, 0, 1, 1] as const;

export class PanelTrails {
  private trails: Trails | null = null;
  private rows: Uint32Array = new Uint32Array(0);
  private mask: Uint8Array | null = null;
  /** What the colours were made from. */
  private painted = "";

  constructor(
    private readonly graphics: Graphics,
    private readonly source: PanelSource,
  ) {}

  /** @param radius of a selected sample with its ring, CSS pixels. */
  draw({ camera, size, pixelRatio }: Scene, radius: number): void {
    const position = this.source.position.peek();
    const { mask, selected } = this.graphics.samples;
    if (position === null || mask === null || selected === 0) return;
    this.trails ??= new Trails(this.graphics);
    const keys = this.source.keys.peek();
    const now = position.a + position.mix;
    this.follow(this.trails, mask, now < position.b - 0.5 ? position.a : position.b);
    this.trails.fill(now, keys, (i) => this.source.frameAt(i));
    const affine = clipAffine(camera, size, LAYOUT);
    this.trails.draw(keys, { now, affine, size, pixelRatio, radius });
  }

  destroy(): void {
    this.trails?.destroy();
  }

  private follow(trails: Trails, mask: Uint8Array, nearest: number): void {
    const { samples, themeVersion } = this.graphics;
    const labels = this.source.labels.peek();
    if (mask !== this.mask) {
      this.mask = mask;
      this.rows = trailRows(mask);
      trails.setRows(this.rows);
      this.painted = "";
    }
    const painting = `${themeVersion} ${samples.version} ${labels === null ? nearest : "labels"}`;
    if (painting === this.painted) return;
    this.painted = painting;
    const prediction = this.source.frameAt(nearest)?.prediction;
    const out = new Uint8Array(4 * this.rows.length);
    for (const [k, row] of this.rows.entries()) {
      const label = labels?.[row] ?? -1;
      const shown = this.graphics.palette.of(label >= 0 ? label : (prediction?.[row] ?? -1));
      out.set(samples.colours?.subarray(4 * row, 4 * row + 3) ?? shown.subarray(0, 3), 4 * k);
      out[4 * k + 3] = shown[3] as number;
    }
    trails.setColours(out);
  }
}
