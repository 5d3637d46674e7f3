/** Why this file: the GLSL that paints the decision landscape and blends what was painted. */
import { COMMON } from "./glsl";

/** What is left of the landscape's strength on a boundary, and where no sample supports what the model would decide. */
const SEAM_ALPHA = 0.08;
export const UNSUPPORTED_ALPHA = 0.3;

/** Values of `uBy`. */
export const LANDSCAPE_BY = { class: 0, confidence: 1, entropy: 2 } as const;

/** The cell under a pixel and its eight neighbours, row by row. */
const CELLS = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
const column = (k: number) => k % 3;
const row = (k: number) => Math.floor(k / 3);
/** Loops over arrays are several times slower in software renderers than the same lines written out. */
const unrolled = (line: (k: number) => string) => CELLS.map(line).join("\n  ");

/**
 * Paints one landscape, into a colour texture or onto the screen; uInverse takes clip space to its own 0 .. 1. Classes are integers and cannot be interpolated, so every class gathers
 * votes from the 9 cells around: quadratic B-spline weight times how far the cell's confidence lies above what it is on
 * a boundary: one half between two classes, less where more compete, and then the lowest around is taken. The votes thus
 * change sides where the model does and not half way between two cells. They are smooth functions with a gradient;
 * lead / gradient is the distance to the boundary, so the pale seam has the same width everywhere, and a core wide
 * enough to survive the texture's filter. Alpha rises from chance level (1 / classes) to certainty; by confidence and by entropy it does
 * not, and the colour does, along the map for numbers. Each fades where no sample is near, and at the grid's edge.
 */
export const PAINT_FRAGMENT = `${COMMON}
precision highp sampler2DArray;
uniform sampler2DArray uCells;
uniform sampler2D uMap;
uniform sampler2DArray uEntropy;
uniform int uBy;
uniform int uLayer, uSize;
uniform float uChance, uScale;
uniform vec4 uInverse;
uniform float uSeam, uWeight;
in vec2 vClip;
out vec4 colour;
// Half widths of the seam in painted pixels, times uSeam: pale up to the first, fully coloured from the second on.
const vec2 SEAM = vec2(0.5, 1.6);
const float SEAM_ALPHA = ${SEAM_ALPHA};
const float UNSUPPORTED = ${UNSUPPORTED_ALPHA};
// The fade's start on the way from the centre (0) to the edge (1); samples lie within 0.77 of it.
const float FADE_FROM = 0.72;
// Early in training confidences are low everywhere: the curve lets territories show, and chance level stays invisible.
const float CURVE = 0.65;
// So that cells count a little where confidence is flat.
const float LEAST_MARGIN = 0.004;
// Sharpness of the minimum, which has to be a smooth function of the place, too; and the largest exponent of a float.
const float SHARPNESS = 150.0;
const float MOST = 75.0;
ivec3 placeOf(ivec2 at) {
  return ivec3(clamp(at, ivec2(0), ivec2(uSize - 1)), uLayer);
}
vec4 cellAt(ivec2 at) {
  return texelFetch(uCells, placeOf(at), 0);
}
// Exact in a float: at most 65535.
float classOf(vec4 texel) {
  return floor(texel.r * 255.0 + 0.5) + 256.0 * floor(texel.g * 255.0 + 0.5);
}
vec3 spline(float t) {
  return vec3(0.5 * (0.5 - t) * (0.5 - t), 0.75 - t * t, 0.5 * (0.5 + t) * (0.5 + t));
}
vec3 slope(float t) {
  return vec3(t - 0.5, -2.0 * t, t + 0.5);
}
void main() {
  vec2 uv = vClip * uInverse.xy + uInverse.zw;
  if (any(lessThan(uv, vec2(0.0))) || any(greaterThan(uv, vec2(1.0)))) {
    colour = vec4(0.0);
    return;
  }
  vec2 cell = uv * float(uSize);
  ivec2 centre = ivec2(floor(cell));
  vec2 t = fract(cell) - 0.5;
  vec3 wx = spline(t.x), wy = spline(t.y);
  float confidence = 0.0, support = 0.0, different = 0.0;
  ${unrolled(
    (k) => `
  vec4 texel${k} = cellAt(centre + ivec2(${column(k) - 1}, ${row(k) - 1}));
  float class${k} = classOf(texel${k});
  float weight${k} = wx[${column(k)}] * wy[${row(k)}];
  different += abs(class${k} - class0);
  confidence += weight${k} * texel${k}.b;
  support += weight${k} * texel${k}.a;`,
  )}
  float best = class4;
  float seam = 1.0;
  if (different > 0.0) {
    vec3 dx = slope(t.x), dy = slope(t.y);
    // Votes and their gradient: of the leading class, and of the one behind it.
    vec3 first = vec3(0.0), second = vec3(0.0), gathered;
    float lowest = 0.0;
    ${unrolled((k) => `lowest += weight${k} * exp(clamp(SHARPNESS * (texel4.b - texel${k}.b), -MOST, MOST));`)}
    float undecided = min(0.5, texel4.b - log(lowest) / SHARPNESS);
    best = -1.0;
    ${unrolled(
      (k) =>
        `vec3 vote${k} = max(texel${k}.b - undecided, LEAST_MARGIN) *
      vec3(weight${k}, dx[${column(k)}] * wy[${row(k)}], wx[${column(k)}] * dy[${row(k)}]);`,
    )}
    ${unrolled(
      (c) => `
    gathered = ${CELLS.map((k) => `(class${k} == class${c} ? vote${k} : vec3(0.0))`).join(" + ")};
    if (class${c} != best) {
      if (gathered.x > first.x) { second = first; first = gathered; best = class${c}; }
      else if (gathered.x > second.x) { second = gathered; }
    }`,
    )}
    vec3 lead = first - second;
    float pixels = uScale * lead.x / max(length(lead.yz), 1e-6);
    seam = mix(SEAM_ALPHA, 1.0, smoothstep(SEAM.x * uSeam, SEAM.y * uSeam, pixels));
  }
  float certainty = pow(clamp((confidence - uChance) / (1.0 - uChance), 0.0, 1.0), CURVE);
  // A square with round corners: the fourth power's norm.
  vec2 away = (2.0 * uv - 1.0) * (2.0 * uv - 1.0);
  float fade = 1.0 - smoothstep(FADE_FROM, 1.0, sqrt(length(away)));
  vec4 fill = paletteOf(uint(best));
  float alpha = mix(UNSUPPORTED, 1.0, support) * seam * fade * fill.a;
  if (uBy != ${LANDSCAPE_BY.class}) {
    float level = clamp((confidence - uChance) / (1.0 - uChance), 0.0, 1.0);
    if (uBy == ${LANDSCAPE_BY.entropy}) {
      level = ${CELLS.map((k) => `weight${k} * texelFetch(uEntropy, placeOf(centre + ivec2(${column(k) - 1}, ${row(k) - 1})), 0).r`).join(" +\n      ")};
    }
    vec3 mapped = texture(uMap, vec2((0.5 + 255.0 * level) / 256.0, 0.5)).rgb;
    colour = vec4(mapped, 1.0) * (alpha * uWeight);
    return;
  }
  colour = vec4(fill.rgb, 1.0) * (certainty * alpha * uWeight);
}
`;

/** Cross-fades two painted landscapes; uFrom and uTo take clip space to each one's own 0 .. 1. */
export const BLEND_FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D uPaintFrom, uPaintTo;
uniform vec4 uFrom, uTo;
uniform float uWeightFrom, uWeightTo;
in vec2 vClip;
out vec4 colour;
vec4 paintAt(sampler2D paint, vec2 uv) {
  vec2 inside = step(vec2(0.0), uv) * step(uv, vec2(1.0));
  return texture(paint, uv) * inside.x * inside.y;
}
void main() {
  colour = uWeightFrom * paintAt(uPaintFrom, vClip * uFrom.xy + uFrom.zw);
  if (uWeightTo > 0.0) colour += uWeightTo * paintAt(uPaintTo, vClip * uTo.xy + uTo.zw);
}
`;
