/** Why this file: the GLSL that adds samples up to a density and colours it. */
import { SAMPLE } from "./point_shaders";

/** One sample as a soft round splat of uReach pixels, added to what is there: its colour, and how much of it there is. */
export const SPLAT_VERTEX = `${SAMPLE}
uniform float uReach, uOthers;
flat out vec4 vSplat;
void main() {
  Sample s = sampleNow();
  vSplat = vec4(s.fill, 1.0) * (s.presence * (s.selected ? 1.0 : uOthers));
  bool drawn = vSplat.a > 0.0;
  gl_Position = drawn ? vec4(s.at, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = 2.0 * uReach;
}
`;

/** A parabola squared: like a normal distribution, and nothing outside of the reach. Its integral is pi / 3 reach squared. */
export const SPLAT_FRAGMENT = `#version 300 es
precision highp float;
flat in vec4 vSplat;
uniform float uWeight;
out vec4 sum;
void main() {
  vec2 p = 2.0 * gl_PointCoord - 1.0;
  float left = max(0.0, 1.0 - dot(p, p));
  sum = vSplat * (left * left * uWeight);
}
`;

/**
 * Colours a density, which uFull samples a splat saturate: by the mixture of the samples' colours, or by count through a
 * map. The curve is that of ink on paper, so that sparse places stay visible beside crowded ones.
 */
export const RESOLVE_FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D uSum, uMap;
uniform float uFull;
uniform bool uCount;
in vec2 vClip;
out vec4 colour;
void main() {
  vec4 sum = texture(uSum, 0.5 * vClip + 0.5);
  if (sum.a <= 0.0) { colour = vec4(0.0); return; }
  // Lightness tells larger sums apart than opacity does.
  float much = 1.0 - exp(-sum.a / ((uCount ? 3.0 : 1.0) * uFull));
  vec3 mixture = sum.rgb / sum.a;
  vec3 mapped = texture(uMap, vec2(0.5 / 256.0 + 255.0 / 256.0 * sqrt(much), 0.5)).rgb;
  float strength = uCount ? min(1.0, 3.0 * sqrt(much)) : sqrt(much);
  colour = vec4(uCount ? mapped : mixture, 1.0) * (0.92 * strength);
}
`;
