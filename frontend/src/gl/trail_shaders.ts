/** Why this file: the GLSL of lines that samples leave behind: trails through time, and the way from one map to another. */

/** Attribute locations of lines. */
export const LINE = { start: 0, end: 1, colour: 2 } as const;

/** x of a place that is not known; far outside of any layout. */
export const NOWHERE = 1e30;

/**
 * One instance is one piece of one line. With uHead it is the arrow head at its end, else the piece itself, as a strip as
 * wide as uWidth.y at its newer end. Ages are in frames before now; uCut is how much of the piece lies before now. uAffine
 * takes layout units to clip space, uHalf clip space to pixels.
 */
export const TRAIL_VERTEX = `#version 300 es
precision highp float;
layout(location = ${LINE.start}) in vec2 aStart;
layout(location = ${LINE.end}) in vec2 aEnd;
layout(location = ${LINE.colour}) in vec4 aColour;
uniform vec4 uAffine;
uniform vec2 uHalf, uAges, uWidth;
uniform float uCut, uSpan;
/** Length and half width of the arrow head, and how far it stays away from the place, pixels; 0: no head. */
uniform vec3 uHead;
out float vAcross;
flat out float vWide;
out float vFresh;
flat out vec4 vColour;
void main() {
  vec2 start = (aStart * uAffine.xy + uAffine.zw) * uHalf;
  vec2 end = mix(start, (aEnd * uAffine.xy + uAffine.zw) * uHalf, uCut);
  vec2 way = end - start;
  float reach = length(way);
  bool head = uHead.x > 0.0;
  bool known = aStart.x < ${(NOWHERE / 10).toExponential()} && aEnd.x < ${(NOWHERE / 10).toExponential()};
  // A head needs a direction: below two pixels it would point anywhere.
  if (!known || aColour.a == 0.0 || reach < (head ? 2.0 : 1e-3)) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec2 ahead = way / reach;
  vec2 aside = vec2(-ahead.y, ahead.x);
  vColour = aColour;
  vec2 at;
  if (head) {
    vec2 tip = end - ahead * uHead.z;
    float side = float(gl_VertexID) - 1.0;
    at = tip - (side == 0.0 ? vec2(0.0) : ahead * uHead.x - aside * side * uHead.y);
    vAcross = 0.0;
    vWide = 1.0;
    vFresh = 1.0;
  } else {
    bool newer = gl_VertexID >= 2;
    float side = float(gl_VertexID & 1) * 2.0 - 1.0;
    vFresh = exp(-(newer ? uAges.y : uAges.x) / uSpan);
    float wide = 0.5 * mix(uWidth.x, uWidth.y, vFresh);
    // Two pixels more than the line, for the halo that parts it from others and its soft edge.
    vWide = 0.5 * mix(uWidth.x, uWidth.y, exp(-uAges.y / uSpan));
    vAcross = side * (wide + 2.0);
    at = (newer ? end : start) + aside * vAcross;
  }
  gl_Position = vec4(at / uHalf, 0.0, 1.0);
}
`;

/** Brighter towards now. */
export const TRAIL_FRAGMENT = `#version 300 es
precision highp float;
in float vAcross;
flat in float vWide;
in float vFresh;
flat in vec4 vColour;
uniform float uAlpha;
uniform vec3 uHalo;
out vec4 colour;
const float OLDEST = 0.16;
const float HALO = 0.55;
void main() {
  float inside = clamp(vWide + 0.5 - abs(vAcross), 0.0, 1.0);
  float around = clamp(vWide + 1.5 - abs(vAcross), 0.0, 1.0);
  vec4 line = mix(vec4(uHalo, 1.0) * HALO * vFresh, vec4(vColour.rgb, 1.0), inside);
  colour = line * (vColour.a * uAlpha * around * mix(OLDEST, 1.0, vFresh));
}
`;
