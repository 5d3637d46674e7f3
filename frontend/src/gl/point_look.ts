/** Why this file: how single samples can look other than by class, and what is known of each of them beside its place. */

/**
 * What samples are coloured and sized by. Rings of wrong predictions are class colours, so they are drawn only where the
 * discs are coloured by class.
 */
export interface PointLook {
  /** "classes": as the legend says. Else red, green, blue, alpha (0 .. 255, not premultiplied), one row a sample. */
  readonly colours: Uint8Array | "classes";
  /** Factor on a sample's radius, one a sample; `null`: all alike. */
  readonly sizes: Float32Array | null;
}

/** Limits of a factor on the radius: a disc stays visible below and does not cover a cluster above. */
export const SIZE_RANGE = { min: 0.4, max: 4 } as const;
