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
export const PASS = { discs: 0, rings: 1, hover: 2 } as const;

/** Attribute locations of the points. */
export const ATTRIBUTE = {
  from: 0,
  to: 1,
  fromPrediction: 2,
  toPrediction: 3,
  fromFlags: 4,
  toFlags: 5,
  label: 6,
} as const;

/** Positions come normalised over each frame's own bounds; uFrom and uTo take them to clip space, where they are mixed. */
export const POINTS_VERTEX = `${COMMON}
layout(location = 0) in vec2 aFrom;
layout(location = 1) in vec2 aTo;
layout(location = 2) in uint aFromPrediction;
layout(location = 3) in uint aToPrediction;
layout(location = 4) in uint aFromFlags;
layout(location = 5) in uint aToFlags;
layout(location = 6) in uint aLabel;
uniform vec4 uFrom, uTo;
uniform float uMix, uRadius, uRing;
uniform int uPass;
flat out vec3 vFill;
flat out vec3 vRing;
flat out float vPresence;
flat out float vDisc;
flat out float vExtent;
void main() {
  bool placedFrom = (aFromFlags & 2u) == 0u;
  bool placedTo = (aToFlags & 2u) == 0u;
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
  bool mine = uPass == ${PASS.hover} || (uPass == ${PASS.rings}) == wrong;
  if (!mine || vPresence <= 0.0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  bool ringed = uPass != ${PASS.discs};
  vDisc = uPass == ${PASS.hover} ? 1.5 * uRadius : uPass == ${PASS.rings} ? 0.85 * uRadius : uRadius;
  vExtent = ringed ? vDisc + 4.0 * uRing : vDisc;
  gl_Position = vec4(at, 0.0, 1.0);
  gl_PointSize = 2.0 * vExtent + 2.0;
}
`;

/** From the inside: disc in the label's colour, halo, ring in the predicted class's colour, halo. uRing is one width. */
export const POINTS_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
flat in vec3 vFill;
flat in vec3 vRing;
flat in float vPresence;
flat in float vDisc;
flat in float vExtent;
uniform float uAlpha, uRing;
uniform int uPass;
uniform vec3 uHalo, uInk;
out vec4 colour;
void main() {
  float d = length(gl_PointCoord - 0.5) * (2.0 * vExtent + 2.0);
  float inDisc = clamp(vDisc - d + 0.5, 0.0, 1.0);
  if (uPass == ${PASS.discs}) {
    colour = vec4(vFill, 1.0) * (inDisc * uAlpha * vPresence);
    return;
  }
  float inGap = clamp(vDisc + uRing - d + 0.5, 0.0, 1.0);
  float inRing = clamp(vDisc + 2.75 * uRing - d + 0.5, 0.0, 1.0);
  float inHalo = clamp(vExtent - d + 0.5, 0.0, 1.0);
  vec3 rim = uPass == ${PASS.hover} ? uInk : uHalo;
  vec3 rgb = mix(mix(mix(rim, vRing, inRing), uHalo, inGap), vFill, inDisc);
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

/** The cell under a pixel and its eight neighbours, row by row. */
const CELLS = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
/** Loops over arrays are several times slower in software renderers than the same lines written out. */
const unrolled = (line: (k: number) => string) => CELLS.map(line).join("\n  ");

/**
 * Paints one landscape into a colour texture. Classes are integers and cannot be interpolated, so every class gathers
 * votes from the 9 cells around: quadratic B-spline weight times how far the cell's confidence lies above the lowest one
 * here. Near a boundary confidence falls to its lowest, so the votes change sides where the model does, between the
 * cells' centres. The class with most votes gives the colour, its lead the pale seam; confidence and support are
 * smoothed with the same weights. Alpha rises from chance level (1 / classes) to certainty.
 */
export const PAINT_FRAGMENT = `${COMMON}
precision highp sampler2DArray;
uniform sampler2DArray uCells;
uniform int uLayer, uSize;
uniform float uChance;
in vec2 vClip;
out vec4 colour;
const float SEAM = 0.45;
const float EDGE = 0.05;
// One step of an 8-bit confidence: where it is flat, every cell has the same vote.
const float STEP = 1.0 / 255.0;
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
void main() {
  vec2 uv = vClip * 0.5 + 0.5;
  vec2 cell = uv * float(uSize);
  ivec2 centre = ivec2(floor(cell));
  vec2 t = fract(cell) - 0.5;
  vec3 wx = spline(t.x), wy = spline(t.y);
  float confidence = 0.0, support = 0.0, lowest = 1.0, different = 0.0;
  ${unrolled(
    (k) => `
  vec4 texel${k} = cellAt(centre + ivec2(${(k % 3) - 1}, ${Math.floor(k / 3) - 1}));
  float class${k} = classOf(texel${k});
  float weight${k} = wx[${k % 3}] * wy[${Math.floor(k / 3)}];
  different += abs(class${k} - class0);
  confidence += weight${k} * texel${k}.b;
  support += weight${k} * texel${k}.a;
  lowest = min(lowest, texel${k}.b);`,
  )}
  float best = class4;
  float seam = 1.0;
  if (different > 0.0) {
    float total = 0.0, top = 0.0, gathered;
    ${unrolled((k) => `float vote${k} = weight${k} * (texel${k}.b - lowest + STEP); total += vote${k};`)}
    ${unrolled(
      (c) => `
    gathered = ${CELLS.map((k) => `(class${k} == class${c} ? vote${k} : 0.0)`).join(" + ")};
    if (gathered > top) { top = gathered; best = class${c}; }`,
    )}
    // Twice the lead over one half: over two classes this is the margin, and where three meet it is pale at once.
    seam = smoothstep(0.0, SEAM, 2.0 * top / total - 1.0);
  }
  float certainty = clamp((confidence - uChance) / (1.0 - uChance), 0.0, 1.0);
  vec2 inside = smoothstep(vec2(0.0), vec2(EDGE), uv) * smoothstep(vec2(0.0), vec2(EDGE), 1.0 - uv);
  vec4 fill = paletteOf(uint(best));
  float alpha = certainty * support * seam * inside.x * inside.y * fill.a;
  colour = vec4(fill.rgb, 1.0) * alpha;
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
