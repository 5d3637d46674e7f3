/** Why this file: the GLSL of the samples: where one lies between two frames, and how it is marked. */
import { COMMON } from "./glsl";

/** Values of `uPass`. */
export const PASS = { discs: 0, hollow: 1, rings: 2, selected: 3, hover: 4, mark: 5 } as const;

/** Attribute locations of the samples, for every program that draws them. */
export const ATTRIBUTE = {
  from: 0,
  to: 1,
  fromPrediction: 2,
  toPrediction: 3,
  fromMarks: 4,
  toMarks: 5,
  label: 6,
  mask: 7,
  colour: 8,
  size: 9,
} as const;

/** Bits of `aMask`. */
export const MASK = { selected: 1, filteredOut: 2 } as const;

/**
 * Pixels of the mark of one sample: its ring at least, its distance from what is drawn of the sample, the width of its line, and
 * the length of the four ticks that lead to it.
 */
const MARK = { least: 8, gap: 3, line: 2, tick: 5 } as const;

/** What is left of samples that a filter leaves out: enough to see where the crowd was. */
export const FILTERED_ALPHA = 0.05;
/** What is left of the others while some are selected. */
export const DIMMED_ALPHA = 0.3;

/**
 * Positions come normalised over each frame's own bounds; uFrom and uTo take them to clip space, where they are mixed. Marks
 * are flags and kept. With uOwn a sample has a colour of its own instead of its class's.
 */
export const SAMPLE = `${COMMON}
layout(location = ${ATTRIBUTE.from}) in vec2 aFrom;
layout(location = ${ATTRIBUTE.to}) in vec2 aTo;
layout(location = ${ATTRIBUTE.fromPrediction}) in uint aFromPrediction;
layout(location = ${ATTRIBUTE.toPrediction}) in uint aToPrediction;
layout(location = ${ATTRIBUTE.fromMarks}) in uvec2 aFromMarks;
layout(location = ${ATTRIBUTE.toMarks}) in uvec2 aToMarks;
layout(location = ${ATTRIBUTE.label}) in uint aLabel;
layout(location = ${ATTRIBUTE.mask}) in uint aMask;
layout(location = ${ATTRIBUTE.colour}) in vec4 aColour;
uniform vec4 uFrom, uTo;
uniform float uMix;
uniform bool uOwn;
struct Sample {
  vec2 at;
  vec3 fill;
  /** 0 .. 1: fades where it has no place, its class is hidden or a filter leaves it out. */
  float presence;
  uint prediction;
  bool wrong, selected, filteredOut, early;
};
Sample sampleNow() {
  Sample s;
  bool placedFrom = (aFromMarks.x & 2u) == 0u;
  bool placedTo = (aToMarks.x & 2u) == 0u;
  vec2 from = aFrom * uFrom.xy + uFrom.zw;
  vec2 to = aTo * uTo.xy + uTo.zw;
  // A sample that has a place in one of the frames only stays there and fades.
  s.at = !placedFrom ? to : !placedTo ? from : mix(from, to, uMix);
  s.prediction = uMix < 0.5 ? aFromPrediction : aToPrediction;
  s.early = placedTo ? placedFrom && uMix < 0.5 : true;
  vec4 ofClass = paletteOf(aLabel != NONE ? aLabel : s.prediction);
  s.fill = uOwn ? aColour.rgb : ofClass.rgb;
  s.filteredOut = (aMask & ${MASK.filteredOut}u) != 0u;
  s.selected = !s.filteredOut && (aMask & ${MASK.selected}u) != 0u;
  // A ring has the predicted class's colour, which says nothing where colours are not those of classes.
  s.wrong = !uOwn && !s.filteredOut && aLabel != NONE && s.prediction != NONE && aLabel != s.prediction;
  s.presence = mix(float(placedFrom), float(placedTo), uMix) * ofClass.a * (uOwn ? aColour.a : 1.0);
  if (s.filteredOut) s.presence *= ${FILTERED_ALPHA};
  return s;
}
`;

/** Plain, hollow, ringed and selected samples are passes of their own, so that what is worth noticing is never covered. */
export const POINTS_VERTEX = `${SAMPLE}
layout(location = ${ATTRIBUTE.size}) in float aSize;
uniform float uRadius, uRing, uHollowBelow, uOthers, uSelectRing, uPixel;
uniform int uPass;
flat out vec3 vFill;
flat out vec3 vRing;
flat out float vPresence;
flat out float vDisc;
/** Outer radius of the ring of a wrong prediction; of the disc where there is none. */
flat out float vRinged;
flat out float vExtent;
flat out float vHole;
void main() {
  Sample s = sampleNow();
  vPresence = s.selected || uPass == ${PASS.hover} ? s.presence : s.presence * uOthers;
  vFill = s.fill;
  vRing = s.wrong ? paletteOf(s.prediction).rgb : s.fill;
  bool hollow = !s.filteredOut && float((s.early ? aFromMarks : aToMarks).y) < uHollowBelow;
  int pass = s.selected ? ${PASS.selected} : s.wrong ? ${PASS.rings} : hollow ? ${PASS.hollow} : ${PASS.discs};
  bool mark = uPass == ${PASS.mark};
  bool mine = mark || uPass == ${PASS.hover} || uPass == pass;
  if (!mine || vPresence <= 0.0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  bool hover = uPass == ${PASS.hover};
  bool ringed = hover || s.wrong;
  // A hollow disc has less ink, so it is larger, and its rim is wide enough to show its colour.
  float size = hover ? 1.5 : s.wrong ? 0.85 : 1.0;
  vDisc = (hollow ? 1.25 : 1.0) * size * aSize * uRadius;
  vHole = hollow ? vDisc - max(0.42 * vDisc, 1.0) : -1.0;
  vRinged = ringed ? vDisc + 2.75 * uRing : vDisc;
  vExtent = uPass == ${PASS.selected} ? vRinged + 3.5 * uSelectRing : ringed ? vDisc + 4.0 * uRing : vDisc;
  if (mark) {
    // What a filter leaves out is marked as strongly as the rest: it is what somebody looks at.
    vPresence = min(1.0, s.presence / ${FILTERED_ALPHA});
    vRinged = max(vRinged + 3.5 * uSelectRing + ${MARK.gap.toFixed(1)} * uPixel, ${MARK.least.toFixed(1)} * uPixel);
    vExtent = vRinged + ${(MARK.line + MARK.tick + 1).toFixed(1)} * uPixel;
  }
  gl_Position = vec4(s.at, 0.0, 1.0);
  gl_PointSize = 2.0 * vExtent + 2.0;
}
`;

/**
 * From the inside: disc in the label's colour, with a hole where the map lies, halo, ring in the predicted class's colour,
 * halo. A selected one has the accent's ring around all of that. uRing and uSelectRing are one width each. The mark lies around
 * a sample without covering it: a ring and four ticks in the colour of the text between two halos in that of the page, which
 * are light and dark, so that it is seen on every colour.
 */
export const POINTS_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
flat in vec3 vFill;
flat in vec3 vRing;
flat in float vPresence;
flat in float vDisc;
flat in float vRinged;
flat in float vExtent;
flat in float vHole;
uniform float uAlpha, uRing, uSelectRing, uPixel;
uniform int uPass;
uniform vec3 uHalo, uInk, uAccent;
out vec4 colour;
float within(float radius, float d) {
  return clamp(radius - d + 0.5, 0.0, 1.0);
}
/** How much of the mark's line, made wider by a halo, covers a place around the sample. */
float markAt(vec2 at, float halo) {
  float reach = 0.5 * ${MARK.line.toFixed(1)} * uPixel + halo;
  float middle = vRinged + 0.5 * ${MARK.line.toFixed(1)} * uPixel;
  float ring = within(reach, abs(length(at) - middle));
  vec2 off = abs(at);
  float tick = within(reach, min(off.x, off.y)) * within(vExtent - 1.5 * uPixel + halo, max(off.x, off.y))
    * within(max(off.x, off.y), middle);
  return max(ring, tick);
}
void main() {
  vec2 at = (gl_PointCoord - 0.5) * (2.0 * vExtent + 2.0);
  float d = length(at);
  if (uPass == ${PASS.mark}) {
    colour = vec4(mix(uHalo, uInk, markAt(at, 0.0)), 1.0) * (markAt(at, 1.25 * uPixel) * vPresence);
    return;
  }
  float inDisc = within(vDisc, d);
  vec3 fill = mix(vFill, uHalo, within(vHole, d));
  if (uPass == ${PASS.discs} || uPass == ${PASS.hollow}) {
    colour = vec4(fill, 1.0) * (inDisc * (uPass == ${PASS.discs} ? uAlpha : 1.0) * vPresence);
    return;
  }
  bool ringed = vRinged > vDisc;
  float inGap = ringed ? within(vDisc + uRing, d) : inDisc;
  float inRing = within(vRinged, d);
  float inHalo = within(vExtent, d);
  if (uPass == ${PASS.selected}) {
    vec3 inner = mix(mix(uHalo, vRing, inRing), ringed ? uHalo : fill, inGap);
    // Outwards: a gap, two widths of the accent, and half a width of halo that parts it from its neighbours.
    vec3 accent = mix(uHalo, uAccent, within(vRinged + 3.0 * uSelectRing, d));
    vec3 rgb = mix(mix(accent, inner, within(vRinged + uSelectRing, d)), fill, inDisc);
    colour = vec4(rgb, 1.0) * (inHalo * vPresence);
    return;
  }
  vec3 rim = uPass == ${PASS.hover} ? uInk : uHalo;
  vec3 rgb = mix(mix(mix(rim, vRing, inRing), uHalo, inGap), fill, inDisc);
  float halo = uPass == ${PASS.hover} ? inHalo : max(inRing, 0.85 * inHalo);
  colour = vec4(rgb, 1.0) * (halo * vPresence);
}
`;
