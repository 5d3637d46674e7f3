/** Why this file: how different two colours look is measured in CIELAB, for common and for colour-blind eyes. */

/** Lightness 0 .. 100, and the two opponent axes. */
export type Lab = readonly [number, number, number];
/** Linear light, 0 .. 1. */
export type LinearRgb = readonly [number, number, number];

/** D65 white, CIE 1931 2 degree observer. */
const WHITE = [0.95047, 1, 1.08883] as const;
/** CIE 15:2004: (6/29)^3 and the slope of the linear part below it. */
const EPSILON = (6 / 29) ** 3;
const SLOPE = (29 / 6) ** 2 / 3;

/** IEC 61966-2-1 (sRGB) decoding of one channel, 0 .. 255 to linear light. */
function decode(channel: number): number {
  const v = channel / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

function encode(linear: number): number {
  const v = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(Math.max(v, 0), 1));
}

/** Linear light of "#rrggbb". */
export function hexToLinear(hex: string): LinearRgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [decode((value >> 16) & 255), decode((value >> 8) & 255), decode(value & 255)];
}

export function linearToHex(rgb: LinearRgb): string {
  const [r, g, b] = rgb.map(encode) as [number, number, number];
  return `#${((r << 16) | (g << 8) | b).toString(16).padStart(6, "0")}`;
}

/** sRGB primaries to CIE XYZ to CIELAB (CIE 15:2004). */
export function linearToLab([r, g, b]: LinearRgb): Lab {
  const xyz = [
    0.4124564 * r + 0.3575761 * g + 0.1804375 * b,
    0.2126729 * r + 0.7151522 * g + 0.072175 * b,
    0.0193339 * r + 0.119192 * g + 0.9503041 * b,
  ];
  const [fx, fy, fz] = xyz.map((value, i) => {
    const t = value / (WHITE[i] as number);
    return t > EPSILON ? Math.cbrt(t) : SLOPE * t + 4 / 29;
  }) as [number, number, number];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

/** Inverse of `linearToLab`; may leave 0 .. 1 when the colour is out of gamut. */
export function labToLinear([l, a, b]: Lab): LinearRgb {
  const fy = (l + 16) / 116;
  const [x, y, z] = [fy + a / 500, fy, fy - b / 200].map((f, i) => {
    const t = f ** 3 > EPSILON ? f ** 3 : (f - 4 / 29) / SLOPE;
    return t * (WHITE[i] as number);
  }) as [number, number, number];
  return [
    3.2404542 * x - 1.5371385 * y - 0.4985314 * z,
    -0.969266 * x + 1.8760108 * y + 0.041556 * z,
    0.0556434 * x - 0.2040259 * y + 1.0572252 * z,
  ];
}

/** Euclidean distance in CIELAB (CIE 1976); about 2.3 is just noticeable side by side. */
export function deltaE(p: Lab, q: Lab): number {
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

type Matrix = readonly [LinearRgb, LinearRgb, LinearRgb];

/** Machado, Oliveira & Fernandes (2009), severity 1.0, on linear light. */
const DEFICIENCIES: readonly Matrix[] = [
  [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
];

/** How a colour looks to a protanope and to a deuteranope, the two deficiencies that 8 % of men share. */
export function deficientViews([r, g, b]: LinearRgb): LinearRgb[] {
  return DEFICIENCIES.map(
    (rows) =>
      rows.map((row) =>
        Math.min(Math.max(row[0] * r + row[1] * g + row[2] * b, 0), 1),
      ) as unknown as LinearRgb,
  );
}
