/** Why this file: a view that is pinned to the selection moves as the selection's centre does. */
import type { Camera } from "./camera";
import type { Drawn } from "./panel_view";
import { centreOf } from "./placement";

export class Pin {
  private before: { readonly mask: Uint8Array; readonly at: readonly [number, number] } | null = null;

  /**
   * The camera that has moved as far as the selection's centre since the last call; `null` when neither moved.
   *
   * @param mask 1 = selected; `null`: nothing is, or the view is not pinned.
   */
  follow(camera: Camera, drawn: Drawn | null, mask: Uint8Array | null): Camera | null {
    const at =
      drawn === null || mask === null ? null : centreOf(drawn.from.frame, drawn.to.frame, drawn.mix, mask);
    const { before } = this;
    this.before = mask === null || at === null ? null : { mask, at };
    // Another selection is followed from where the view is: nothing jumps.
    if (at === null || before === null || before.mask !== mask) return null;
    const [dx, dy] = [at[0] - before.at[0], at[1] - before.at[1]];
    return dx === 0 && dy === 0 ? null : { ...camera, x: camera.x + dx, y: camera.y + dy };
  }
}
