/** Why this file: the GLSL of the map's three programs, next to each other because they share the palette. */

/** Class colours for every program; NONE is the class of a sample that has none, as in the frames. */
const COMMON = `#version 300 es
precision highp float;
precision highp int;
uniform highp sampler2D uPalette;
uniform int uClasses;
const uint NONE = 65535u;
vec4 paletteOf(uint c) {
  int i = c < uint(uClasses) ? int(c) : uClasses;
  return texelFetch(uPalette, ivec2(i & 255, i >> 8), 0);
}
`;

/** Values of `uPass`. */
export const PASS = { discs: 0, hollow: 1, rings: 2, hover: 3 } as const;

/** Attribute locations of the points. */
export const ATTRIBUTE = {
  from: 0,
  to: 1,
  fromPrediction: 2,
  toPrediction: 3,
  fromMarks: 4,
  toMarks: 5,
  label: 6,
} as const;

/**
 * Positions come normalised over each frame's own bounds; uFrom and uTo take them to clip space, where they are mixed. Marks
 * are flags and kept. Discs, hollow discs and rings are three passes, so that what is worth noticing is never covered.
 */
export const POINTS_VERTEX = `${COMMON}
layout(location = 0) in vec2 aFrom;
layout(location = 1) in vec2 aTo;
layout(location = 2) in uint aFromPrediction;
layout(location = 3) in uint aToPrediction;
layout(location = 4) in uvec2 aFromMarks;
layout(location = 5) in uvec2 aToMarks;
layout(location = 6) in uint aLabel;
uniform vec4 uFrom, uTo;
uniform float uMix, uRadius, uRing, uHollowBelow;
uniform int uPass;
flat out vec3 vFill;
flat out vec3 vRing;
flat out float vPresence;
flat out float vDisc;
flat out float vExtent;
flat out float vHole;
void main() {
  bool placedFrom = (aFromMarks.x & 2u) == 0u;
  bool placedTo = (aToMarks.x & 2u) == 0u;
  vec2 from = aFrom * uFrom.xy + uFrom.zw;
  vec2 to = aTo * uTo.xy + uTo.zw;
  // A sample that has a place in one of the frames only stays there and fades.
  vec2 at = !placedFrom ? to : !placedTo ? from : mix(from, to, uMix);
  uint prediction = uMix < 0.5 ? aFromPrediction : aToPrediction;
  bool wrong = aLabel != NONE && prediction != NONE && aLabel != prediction;
  vec4 fill = paletteOf(aLabel != NONE ? aLabel : prediction);
  vPresence = mix(float(placedFrom), float(placedTo), uMix) * fill.a;
  vFill = fill.rgb;
  vRing = wrong ? paletteOf(prediction).rgb : fill.rgb;
  bool early = placedTo ? placedFrom && uMix < 0.5 : true;
  bool hollow = float((early ? aFromMarks : aToMarks).y) < uHollowBelow;
  int pass = wrong ? ${PASS.rings} : hollow ? ${PASS.hollow} : ${PASS.discs};
  bool mine = uPass == ${PASS.hover} || uPass == pass;
  if (!mine || vPresence <= 0.0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  bool ringed = uPass == ${PASS.rings} || uPass == ${PASS.hover};
  // A hollow disc has less ink, so it is larger, and its rim is wide enough to show its colour.
  float size = uPass == ${PASS.hover} ? 1.5 : uPass == ${PASS.rings} ? 0.85 : 1.0;
  vDisc = (hollow ? 1.25 : 1.0) * size * uRadius;
  vHole = hollow ? vDisc - max(0.42 * vDisc, 1.0) : -1.0;
  vExtent = ringed ? vDisc + 4.0 * uRing : vDisc;
  gl_Position = vec4(at, 0.0, 1.0);
  gl_PointSize = 2.0 * vExtent + 2.0;
}
`;

/** From the inside: disc in the label's colour, with a hole where the map lies, halo, ring in the predicted class's colour, halo. uRing is one width. */
export const POINTS_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
flat in vec3 vFill;
flat in vec3 vRing;
flat in float vPresence;
flat in float vDisc;
flat in float vExtent;
flat in float vHole;
uniform float uAlpha, uRing;
uniform int uPass;
uniform vec3 uHalo, uInk;
out vec4 colour;
void main() {
  float d = length(gl_PointCoord - 0.5) * (2.0 * vExtent + 2.0);
  float inDisc = clamp(vDisc - d + 0.5, 0.0, 1.0);
  vec3 fill = mix(vFill, uHalo, clamp(vHole - d + 0.5, 0.0, 1.0));
  if (uPass == ${PASS.discs} || uPass == ${PASS.hollow}) {
    colour = vec4(fill, 1.0) * (inDisc * (uPass == ${PASS.discs} ? uAlpha : 1.0) * vPresence);
    return;
  }
  float inGap = clamp(vDisc + uRing - d + 0.5, 0.0, 1.0);
  float inRing = clamp(vDisc + 2.75 * uRing - d + 0.5, 0.0, 1.0);
  float inHalo = clamp(vExtent - d + 0.5, 0.0, 1.0);
  vec3 rim = uPass == ${PASS.hover} ? uInk : uHalo;
  vec3 rgb = mix(mix(mix(rim, vRing, inRing), uHalo, inGap), fill, inDisc);
  float halo = uPass == ${PASS.hover} ? inHalo : max(inRing, 0.85 * inHalo);
  colour = vec4(rgb, 1.0) * (halo * vPresence);
}
`;

export const SCREEN_VERTEX = `#version 300 es
out vec2 vClip;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
  vClip = corner;
  gl_Position = vec4(corner, 0.0, 1.0);
}
`;

/** What is left of the landscape's strength on a boundary, and where no sample supports what the model would decide. */
export const SEAM_ALPHA = 0.08;
export const UNSUPPORTED_ALPHA = 0.3;

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
 * enough to survive the texture's filter. Alpha rises from chance level (1 / classes) to certainty, fades where no sample is near, and at the grid's edge.
 */
export const PAINT_FRAGMENT = `${COMMON}
precision highp sampler2DArray;
uniform sampler2DArray uCells;
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
vec4 cellAt(ivec2 at) {
  return texelFetch(uCells, ivec3(clamp(at, ivec2(0), ivec2(uSize - 1)), uLayer), 0);
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
  float alpha = certainty * mix(UNSUPPORTED, 1.0, support) * seam * fade * fill.a;
  colour = vec4(fill.rgb, 1.0) * (alpha * uWeight);
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
