/** Why this file: the GLSL of lines from each sample's place in one map to its place in another. */
import { COMMON } from "./glsl";
import { FILTERED_ALPHA, MASK } from "./point_shaders";

/** Attribute locations: both maps' places and marks of the frames around the time, and what is known of the sample. */
export const WAY = {
  hereFrom: 0,
  hereTo: 1,
  hereFromMarks: 2,
  hereToMarks: 3,
  thereFrom: 4,
  thereTo: 5,
  thereFromMarks: 6,
  thereToMarks: 7,
  label: 8,
  mask: 9,
  colour: 10,
} as const;

/**
 * One instance is one sample's line, thin where it comes from ("here") and wide where it goes to ("there"). Affines take
 * each frame's normalised positions to clip space, uHalf clip space to pixels.
 */
export const WAY_VERTEX = `${COMMON}
layout(location = ${WAY.hereFrom}) in vec2 aHereFrom;
layout(location = ${WAY.hereTo}) in vec2 aHereTo;
layout(location = ${WAY.hereFromMarks}) in uvec2 aHereFromMarks;
layout(location = ${WAY.hereToMarks}) in uvec2 aHereToMarks;
layout(location = ${WAY.thereFrom}) in vec2 aThereFrom;
layout(location = ${WAY.thereTo}) in vec2 aThereTo;
layout(location = ${WAY.thereFromMarks}) in uvec2 aThereFromMarks;
layout(location = ${WAY.thereToMarks}) in uvec2 aThereToMarks;
layout(location = ${WAY.label}) in uint aLabel;
layout(location = ${WAY.mask}) in uint aMask;
layout(location = ${WAY.colour}) in vec4 aColour;
uniform vec4 uHereFrom, uHereTo, uThereFrom, uThereTo;
uniform vec2 uMix, uHalf, uWidth;
uniform float uOthers;
uniform bool uOwn;
out float vAcross;
out float vWide;
flat out vec4 vColour;
vec3 placeOf(vec2 from, vec2 to, uint fromFlags, uint toFlags, vec4 a, vec4 b, float share) {
  bool lostFrom = (fromFlags & 2u) != 0u;
  bool lostTo = (toFlags & 2u) != 0u;
  vec2 p = from * a.xy + a.zw;
  vec2 q = to * b.xy + b.zw;
  return vec3(lostFrom ? q : lostTo ? p : mix(p, q, share), lostFrom && lostTo ? 0.0 : 1.0);
}
void main() {
  vec3 here = placeOf(aHereFrom, aHereTo, aHereFromMarks.x, aHereToMarks.x, uHereFrom, uHereTo, uMix.x);
  vec3 there = placeOf(aThereFrom, aThereTo, aThereFromMarks.x, aThereToMarks.x, uThereFrom, uThereTo, uMix.y);
  vec2 start = here.xy * uHalf;
  vec2 way = there.xy * uHalf - start;
  float reach = length(way);
  vec4 ofClass = paletteOf(aLabel);
  bool selected = aMask == ${MASK.selected}u;
  bool filteredOut = (aMask & ${MASK.filteredOut}u) != 0u;
  vColour = uOwn ? vec4(aColour.rgb, aColour.a * ofClass.a) : ofClass;
  vColour.a *= here.z * there.z * (selected ? 1.0 : uOthers) * (filteredOut ? ${FILTERED_ALPHA} : 1.0);
  if (vColour.a <= 0.0 || reach < 0.5) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec2 ahead = way / reach;
  bool end = gl_VertexID >= 2;
  float side = float(gl_VertexID & 1) * 2.0 - 1.0;
  vWide = 0.5 * (end ? uWidth.y : uWidth.x);
  vAcross = side * (vWide + 1.0);
  vec2 at = start + (end ? way : vec2(0.0)) + vec2(-ahead.y, ahead.x) * vAcross;
  gl_Position = vec4(at / uHalf, 0.0, 1.0);
}
`;

export const WAY_FRAGMENT = `#version 300 es
precision highp float;
in float vAcross;
in float vWide;
flat in vec4 vColour;
uniform float uAlpha;
out vec4 colour;
void main() {
  float inside = clamp(vWide + 0.5 - abs(vAcross), 0.0, 1.0);
  colour = vec4(vColour.rgb, 1.0) * (vColour.a * uAlpha * inside);
}
`;
