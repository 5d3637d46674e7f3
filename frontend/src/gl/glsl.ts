/** Why this file: the GLSL that several programs begin with: class colours, and a triangle over the whole viewport. */

/** Class colours for every program; NONE is the class of a sample that has none, as in the frames. */
export const COMMON = `#version 300 es
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

export const SCREEN_VERTEX = `#version 300 es
out vec2 vClip;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
  vClip = corner;
  gl_Position = vec4(corner, 0.0, 1.0);
}
`;
